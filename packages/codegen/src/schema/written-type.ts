import type { TypeSchema } from "@rpc/core/contract";
import ts from "../typescript.cjs";
import type { Reading } from "./reading.js";

/** Whether an annotation says exactly this type. */
export function sameType(checker: ts.TypeChecker, type: ts.Type, written: ts.TypeNode): boolean {
  const said = checker.getTypeFromTypeNode(written);
  return said === type || sameParts(partsOf(said), partsOf(type));
}

/** Type arguments of an annotation such as `Map<string, Side>`; empty for any other. */
export function writtenArguments(node: ts.TypeNode | undefined): readonly ts.TypeNode[] {
  return (node && ts.isTypeReferenceNode(node) && node.typeArguments) || [];
}

/** Reads a type to which `?` or a default has added `undefined`, as if it had not. */
export function readOptional(
  reading: Reading,
  type: ts.Type,
  at: ts.Node,
  written?: ts.TypeNode,
): TypeSchema {
  const said = written && reading.checker.getTypeFromTypeNode(written);
  const parts = present(type);
  // `kind?: never` is how a union says that its other members have no such property.
  if (parts.length === 0) return { not: {} };
  if (said && sameParts(present(said), parts)) return reading.read(said, at, written);
  return withoutUndefined(reading.read(type, at));
}

function present(type: ts.Type): ts.Type[] {
  return partsOf(type).filter((part) => !(part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Never)));
}

function partsOf(type: ts.Type): ts.Type[] {
  return type.isUnion() ? type.types : [type];
}

function sameParts(a: readonly ts.Type[], b: readonly ts.Type[]): boolean {
  return a.length === b.length && a.every((part) => b.includes(part));
}

function withoutUndefined(schema: TypeSchema): TypeSchema {
  const members = schema["anyOf"];
  if (!Array.isArray(members)) return schema;
  const rest = members.filter((member: TypeSchema) => member["x-js"] !== "undefined");
  return rest.length === 1 ? rest[0] : { ...schema, anyOf: rest };
}
