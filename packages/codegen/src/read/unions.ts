import type { TypeSchema } from "@rpc/core/contract";
import { compare } from "../compare.js";
import { canonicalText } from "./canonical.js";

type Types = Readonly<Record<string, TypeSchema>>;

/**
 * Puts every union of a value in canonical order, drops doubles, and finds the property that tells its members apart.
 *
 * Works in place: the value was made for this contract, and a large one is not copied again.
 */
export function settleUnions<Value>(value: Value, types: Types): Value {
  return settle(value, types) as Value;
}

function settle(value: unknown, types: Types): unknown {
  if (typeof value !== "object" || value === null) return value;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) holder[key] = settle(holder[key], types);
  if (Array.isArray(value)) return value;
  if (Array.isArray(holder["required"])) holder["required"].sort(compare);
  if (Array.isArray(holder["enum"])) holder["enum"].sort(byLiteral);
  return Array.isArray(holder["anyOf"]) ? settleUnion(holder as TypeSchema, types) : value;
}

function settleUnion(schema: TypeSchema, types: Types): TypeSchema {
  const { anyOf, ...rest } = schema;
  const byText = new Map((anyOf as TypeSchema[]).map((member) => [canonicalText(member), member]));
  const members = [...byText].sort(([a], [b]) => compare(a, b)).map(([, member]) => member);
  if (members.length === 1) return { ...members[0], ...rest };
  const tag = findTag(members, types);
  return { anyOf: members, ...(tag !== undefined && { "x-tag": tag }), ...rest };
}

/** The first property, by name, that every member requires with a literal of its own. */
function findTag(members: readonly TypeSchema[], types: Types): string | undefined {
  const objects = members
    .filter((member) => member.type !== "null" && member["x-js"] !== "undefined")
    .map((member) => resolve(member, types));
  if (objects.length < 2) return undefined;
  const candidates = ((objects[0]?.["required"] as string[] | undefined) ?? []).toSorted(compare);
  return candidates.find((name) => {
    const literals = objects.map((object) => literalOf(object, name));
    return literals.every((literal) => literal !== undefined) && new Set(literals).size === objects.length;
  });
}

function literalOf(object: TypeSchema, name: string): unknown {
  const required = (object["required"] as string[] | undefined) ?? [];
  const properties = object["properties"] as Types | undefined;
  if (object.type !== "object" || !required.includes(name) || !properties) return undefined;
  return properties[name]?.["x-js"] === undefined ? properties[name]?.["const"] : undefined;
}

function resolve(schema: TypeSchema, types: Types): TypeSchema {
  const name = schema.$ref?.slice("#/types/".length);
  const target = name === undefined ? undefined : types[name];
  return target === undefined ? schema : resolve(target, types);
}

function byLiteral(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return compare(JSON.stringify(a), JSON.stringify(b));
}
