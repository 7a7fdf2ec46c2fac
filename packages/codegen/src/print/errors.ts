import type { Contract } from "@rpc/core/contract";
import { byName, type Page } from "./page.js";
import { docText, printMembers } from "./type.js";

/** Prints the classes that declared errors come back as. They come before the clients, whose static members use them. */
export function printErrors({ out, names, imports }: Page, contract: Contract): void {
  const printed = new Set<string>();
  for (const [service, { errors = {} }] of Object.entries(contract.services).sort(byName)) {
    for (const [name, schema] of Object.entries(errors).sort(byName)) {
      const className = names.error(service, name);
      if (printed.has(className)) continue;
      printed.add(className);
      const head = `export class ${className} extends ${imports.value("DeclaredError")} {`;
      const fields = printMembers(schema, names.types).map(declareField);
      out.doc(docText(schema));
      if (fields.length === 0) out.line(`${head}}`);
      else out.block(head, "}", () => out.lines(fields));
      out.line();
    }
  }
}

// The base class sets the fields; declaring them must not reset them.
function declareField(member: string): string {
  const [, doc = "", field = ""] = /^(\/\*\*[\s\S]*?\*\/\n)?([\s\S]*)$/.exec(member) ?? [];
  return `${doc}declare readonly ${field.replace(/^readonly /, "")}`;
}
