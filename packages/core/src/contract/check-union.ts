import type { TypeSchema } from "../service/contract.js";
import { kindOf, literalsOf, propertiesOf, resolve, type Types, toSchemas } from "./schema.js";
import type { Check, Compiler } from "./validator.js";

/** Compiles a union. With a tag an object is checked as the one member that its tag names. */
export function compileUnion(schema: TypeSchema, compiler: Compiler): Check {
  const members = toSchemas(schema["anyOf"]);
  const tag = schema["x-tag"];
  const byTag = typeof tag === "string" ? tagged(members, tag, compiler.types) : undefined;
  if (byTag === undefined) return anyOf(members.map((member) => compiler.check(member)));
  const checks = new Map([...byTag].map(([value, member]) => [value, compiler.check(member)]));
  const others = anyOf(
    members.filter((member) => ![...byTag.values()].includes(member)).map((member) => compiler.check(member)),
  );
  const key = tag as string;
  return (value) => {
    if (typeof value !== "object" || value === null) return others(value);
    const check = checks.get((value as Record<string, unknown>)[key]);
    return check === undefined ? others(value) : check(value);
  };
}

/** Members of a union by the literal of their tag; undefined when they share one. */
export function tagged(
  members: readonly TypeSchema[],
  tag: string,
  types: Types,
): ReadonlyMap<unknown, TypeSchema> | undefined {
  const found = new Map<unknown, TypeSchema>();
  for (const member of members) {
    const property = propertiesOf(resolve(member, types).schema).find(([name]) => name === tag)?.[1];
    const literal = property && resolve(property, types).schema;
    if (literal === undefined || kindOf(literal) !== "literal") continue;
    for (const value of literalsOf(literal)) {
      if (found.has(value)) return undefined;
      found.set(value, member);
    }
  }
  return found.size === 0 ? undefined : found;
}

function anyOf(checks: readonly Check[]): Check {
  if (checks.length === 2) {
    const [first, second] = checks as [Check, Check];
    return (value) => first(value) || second(value);
  }
  return (value) => {
    for (const check of checks) if (check(value)) return true;
    return false;
  };
}
