import type { TypeSchema } from "@rpc/core/contract";
import { propertyName } from "./names.js";
import type { Page } from "./page.js";
import { docText, printMembers, printType } from "./type.js";
import type { TypeNames } from "./type-names.js";

const maxWidth = 100;

/** Prints a named type: an interface if it has properties, an object of constants for an enum, else an alias. */
export function printNamedType(page: Page, name: string, schema: TypeSchema): void {
  const { out, names } = page;
  const local = names.types.get(name)!;
  const members = schema.type === "object" ? printMembers(schema, names.types) : [];
  out.doc(docText(schema));
  if (members.length > 0) {
    out.block(`export interface ${local} {`, "}", () => out.lines(members));
  } else if (schema["x-enum"] !== undefined) {
    printEnum(page, local, schema["x-enum"] as Record<string, string | number>);
  } else {
    const line = `export type ${local} = ${printType(schema, names.types)};`;
    out.line(line.length > maxWidth ? breakUnion(local, schema, names.types) : line);
  }
  out.line();
}

// A plain object in place of an enum: it needs no code of its own, and takes the values as well as the names.
function printEnum({ out }: Page, name: string, members: Record<string, string | number>): void {
  const lines = Object.entries(members).map(
    ([member, value]) => `${propertyName(member)}: ${JSON.stringify(value)},`,
  );
  out.block(`export const ${name} = {`, "} as const;", () => out.lines(lines));
  out.line(`export type ${name} = (typeof ${name})[keyof typeof ${name}];`);
}

function breakUnion(name: string, schema: TypeSchema, names: TypeNames): string {
  const literals = (schema["enum"] as unknown[] | undefined)?.map((value) => ({ const: value }));
  const members = literals ?? (schema["anyOf"] as TypeSchema[] | undefined) ?? [schema];
  const [first = "", ...others] = members.map((member) => printType(member, names));
  if (others.length === 0) return `export type ${name} = ${first};`;
  return `export type ${name} =\n${[first, ...others].map((member) => `  | ${member}`).join("\n")};`;
}
