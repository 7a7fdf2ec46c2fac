import type { Contract } from "@rpc/core/contract";
import { compare } from "../compare.js";
import { canonicalText } from "../read/canonical.js";

/** JSON of services and types, which must not change while it is known here. */
export type PrintedParts = WeakMap<object, string>;

/** A contract as the JSON that is committed: keys in order of code units, two spaces, a line end at the end. */
export function printContract(contract: Contract, printed: PrintedParts = new WeakMap()): string {
  const { services, types, ...rest } = contract;
  const fields = Object.entries(rest).map(([key, value]) => [key, canonicalText(value, "\n  ")] as const);
  const parts = { services: printParts(services, printed), types: printParts(types, printed) };
  return `${printObject([...fields, ...Object.entries(parts)], "\n")}\n`;
}

function printParts(parts: Readonly<Record<string, object>>, printed: PrintedParts): string {
  const texts = Object.entries(parts).map(([name, part]) => {
    const text = printed.get(part) ?? canonicalText(part, "\n    ");
    printed.set(part, text);
    return [name, text] as const;
  });
  return printObject(texts, "\n  ");
}

function printObject(texts: readonly (readonly [string, string])[], lineEnd: string): string {
  if (texts.length === 0) return "{}";
  const lines = [...texts]
    .sort(([a], [b]) => compare(a, b))
    .map(([key, text]) => `${lineEnd}  ${JSON.stringify(key)}: ${text}`);
  return `{${lines.join(",")}${lineEnd}}`;
}
