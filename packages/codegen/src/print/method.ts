import type { CallContract, StreamContract } from "@rpc/core/contract";
import { propertyName } from "./names.js";
import type { Page } from "./page.js";
import { localName } from "./param-name.js";
import { deprecation, indent, joinDoc, printParams, printType } from "./type.js";

const maxWidth = 108;

/** Prints one method of a client. */
export function printMethod(page: Page, name: string, method: CallContract | StreamContract): void {
  const { out, names } = page;
  const params = printParams(method.params, names.types);
  const args = method.params.map((param) =>
    param.rest ? `...${localName(param.name)}` : localName(param.name),
  );
  const result = printAnswer(page, method);
  const open = `${propertyName(name)}(${params.join(", ")}): ${result} {`;
  out.line();
  out.doc(methodDoc(method));
  const body = () =>
    out.line(`return this.#caller.${manner(method)}(${JSON.stringify(name)}, [${args.join(", ")}]);`);
  if (open.length <= maxWidth && !params.some((param) => param.includes("\n"))) {
    out.block(open, "}", body);
    return;
  }
  out.line(`${propertyName(name)}(`);
  // No comma may follow the parameter that takes the rest.
  out.lines(params.map((param) => indent(param.startsWith("...") ? param : `${param},`)));
  out.block(`): ${result} {`, "}", body);
}

// How the client asks: the member of `ServiceCaller` that answers as the method does.
function manner(method: CallContract | StreamContract): "call" | "oneway" | "stream" {
  return method.kind === "call" && method.oneway === true ? "oneway" : method.kind;
}

function printAnswer({ imports, names }: Page, method: CallContract | StreamContract): string {
  if (method.kind === "call") return `Promise<${printType(method.result, names.types)}>`;
  return `${imports.type("RemoteStream")}<${printType(method.item, names.types)}>`;
}

function methodDoc({ doc, deprecated, params, ...flags }: CallContract | StreamContract): string | undefined {
  const tags = params.flatMap((param) => {
    const standard = param.default === undefined ? undefined : `Default: \`${param.default}\`.`;
    const text = [param.doc, standard].filter((part) => part !== undefined).join(" ");
    return text === "" ? [] : [`@param ${localName(param.name)} ${text}`];
  });
  // Parameters come before the other tags, as everybody writes them.
  const [, text = "", others = ""] = /^([\s\S]*?)(?:(?:^|\n\n)(@[\s\S]*))?$/.exec(doc ?? "") ?? [];
  return joinDoc(
    text || undefined,
    "oneway" in flags ? "One-way: nothing comes back, not even an error." : undefined,
    "once" in flags ? "Runs once for a key that is given with `$with({ key })`." : undefined,
    [...tags, others, deprecation(deprecated)].filter(Boolean).join("\n") || undefined,
  );
}
