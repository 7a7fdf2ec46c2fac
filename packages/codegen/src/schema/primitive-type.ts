import type { TypeSchema } from "@rpc/core/contract";
import ts from "../typescript.cjs";
import { isEnumMember } from "./enum-type.js";

const simple: readonly (readonly [ts.TypeFlags, TypeSchema])[] = [
  [ts.TypeFlags.String, { type: "string" }],
  [ts.TypeFlags.Number, { type: "number" }],
  [ts.TypeFlags.Boolean, { type: "boolean" }],
  [ts.TypeFlags.BigInt, { "x-js": "bigint" }],
  [ts.TypeFlags.Null, { type: "null" }],
  [ts.TypeFlags.Undefined, { "x-js": "undefined" }],
  [ts.TypeFlags.Void, { "x-js": "void" }],
  [ts.TypeFlags.Unknown, { "x-js": "any" }],
  [ts.TypeFlags.NonPrimitive, { type: "object", additionalProperties: { "x-js": "any" } }],
];

/** What has no parts. */
export const primitive =
  ts.TypeFlags.StringLike |
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.BigIntLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.VoidLike |
  ts.TypeFlags.Null;

/** Schema of a primitive, a literal or a template; undefined for anything else. */
export function readPrimitive(type: ts.Type): TypeSchema | undefined {
  if (isEnumMember(type)) return { const: (type as ts.LiteralType).value };
  if (type.isStringLiteral() || type.isNumberLiteral()) return { const: type.value };
  if (type.flags & ts.TypeFlags.BooleanLiteral) return { const: booleanOf(type) };
  if (type.flags & ts.TypeFlags.BigIntLiteral) {
    const { negative, base10Value } = (type as ts.BigIntLiteralType).value;
    return { "x-js": "bigint", const: `${negative ? "-" : ""}${base10Value}` };
  }
  if (type.flags & ts.TypeFlags.TemplateLiteral) return readTemplate(type as ts.TemplateLiteralType);
  return simple.find(([flag]) => type.flags & flag)?.[1];
}

// The compiler keeps the value of a boolean literal to itself; its name says it too.
function booleanOf(type: ts.Type): boolean {
  return (type as ts.Type & { intrinsicName?: string }).intrinsicName === "true";
}

function readTemplate(type: ts.TemplateLiteralType): TypeSchema {
  const parts = type.types.map((part, index) => {
    const kind =
      part.flags & ts.TypeFlags.Number ? "number" : part.flags & ts.TypeFlags.BigInt ? "bigint" : "string";
    return `\${${kind}}${escapeTemplate(type.texts[index + 1] ?? "")}`;
  });
  return { type: "string", "x-js": { template: escapeTemplate(type.texts[0] ?? "") + parts.join("") } };
}

function escapeTemplate(text: string): string {
  return text.replace(/[\\`]|\$\{/g, "\\$&");
}
