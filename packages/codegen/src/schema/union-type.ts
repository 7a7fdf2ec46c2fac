import type { TypeSchema } from "@rpc/core/contract";
import ts from "../typescript.cjs";
import { wholeEnums } from "./enum-type.js";
import type { Reading } from "./reading.js";
import { isImpossible } from "./unfit-type.js";

/** Reads a union: by its annotation, which knows the aliases, else by the members the compiler kept. */
export function readUnion(
  reading: Reading,
  type: ts.UnionType,
  at: ts.Node,
  node: ts.TypeNode | undefined,
): TypeSchema {
  if (node && ts.isUnionTypeNode(node)) {
    const { checker } = reading;
    const members = node.types.map((member) => [checker.getTypeFromTypeNode(member), member] as const);
    const possible = members.filter(([member]) => !isImpossible(checker, member));
    return unionOf(possible.map(([member, written]) => reading.read(member, written, written)));
  }
  return unionOf(regroup(reading, type.types).map((member) => reading.read(member, at)));
}

// The compiler flattens unions. Enums and arguments of the generic being read are put together again: they have names.
function regroup({ checker, types }: Reading, flat: readonly ts.Type[]): ts.Type[] {
  const possible = flat.filter((member) => !isImpossible(checker, member));
  const named = types.openArguments.filter((arg) => arg.isUnion() && arg.types.length < possible.length);
  const groups = [...named, ...wholeEnums(checker, possible).values()].filter(
    (group): group is ts.UnionType =>
      group.isUnion() && group.types.every((member) => possible.includes(member)),
  );
  const grouped = new Set(groups.flatMap((group) => group.types));
  return [...groups, ...possible.filter((member) => !grouped.has(member))];
}

/**
 * One schema for several.
 *
 * Literals are gathered in one `enum`, and go where the whole primitive is there too; order is settled when all names
 * are known.
 */
export function unionOf(schemas: readonly TypeSchema[]): TypeSchema {
  const members = schemas.flatMap((schema) =>
    isPlainUnion(schema) ? (schema["anyOf"] as TypeSchema[]) : [schema],
  );
  const kinds = new Set(members.filter(isWhole).map((member) => member.type));
  const literals = new Set(members.flatMap(literalsOf).filter((value) => !kinds.has(typeof value)));
  const others = members.filter((member) => literalsOf(member).length === 0).map(voidAsUndefined);
  if (literals.has(true) && literals.has(false)) {
    literals.delete(true);
    literals.delete(false);
    others.push({ type: "boolean" });
  }
  const all = literals.size === 0 ? others : [literalSchema([...literals]), ...others];
  return all.length === 1 ? all[0]! : { anyOf: all };
}

function literalSchema(values: readonly unknown[]): TypeSchema {
  return values.length === 1 ? { const: values[0] } : { enum: values };
}

function isPlainUnion(schema: TypeSchema): boolean {
  return Array.isArray(schema["anyOf"]) && Object.keys(schema).length === 1;
}

function isWhole(schema: TypeSchema): boolean {
  return typeof schema.type === "string" && schema["x-js"] === undefined;
}

function literalsOf(schema: TypeSchema): unknown[] {
  if (schema["x-js"] !== undefined || schema["x-enum"] !== undefined) return [];
  if ("const" in schema) return [schema["const"]];
  return Array.isArray(schema["enum"]) ? schema["enum"] : [];
}

// "Nothing" among values is undefined; void is what a method without a reply has.
function voidAsUndefined(schema: TypeSchema): TypeSchema {
  return schema["x-js"] === "void" ? { "x-js": "undefined" } : schema;
}
