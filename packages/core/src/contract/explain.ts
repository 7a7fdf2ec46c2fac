import type { TypeSchema } from "../service/contract.js";
import { compileKey, isObject } from "./check-object.js";
import { tagged } from "./check-union.js";
import { stepTo } from "./compare-shapes.js";
import {
  isRecord,
  jsPart,
  kindOf,
  propertiesOf,
  requiredOf,
  resolve,
  toSchema,
  toSchemas,
} from "./schema.js";
import { constraintText, typeText } from "./type-text.js";
import type { Compiler } from "./validator.js";

/** Why a value is not of a type. */
export interface Problem {
  /** The way to the culprit from the value, as JavaScript would write it; empty for the value itself. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

/** Parts that are looked at on the way to the culprit; deeper ones are told from here. */
const deepest = 64;

/** Finds the innermost part of a value that is not of its type. Only for a value that was refused. */
export function explain(compiler: Compiler, schema: TypeSchema, value: unknown): Problem {
  let [type, part, path] = [schema, value, ""];
  for (let depth = 0; depth < deepest; depth++) {
    const next = findCulprit(compiler, resolve(type, compiler.types).schema, part);
    if (next === undefined) break;
    if ("expected" in next)
      return { path: path + next.step, expected: next.expected, got: valueText(next.value) };
    [type, part, path] = [next.type, next.value, path + next.step];
  }
  return { path, expected: expectation(compiler, type), got: valueText(part) };
}

type Culprit =
  | { readonly step: string; readonly type: TypeSchema; readonly value: unknown }
  | { readonly step: string; readonly expected: string; readonly value: unknown };

function findCulprit(compiler: Compiler, schema: TypeSchema, value: unknown): Culprit | undefined {
  switch (kindOf(schema)) {
    case "object":
      return isObject(value) ? findInObject(compiler, schema, value as Record<string, unknown>) : undefined;
    case "array":
      return Array.isArray(value) ? findInArray(compiler, schema, value) : undefined;
    case "union":
      return findInUnion(compiler, schema, value);
    case "map": {
      if (!(value instanceof Map)) return undefined;
      const [key, held] = toSchemas(jsPart(schema, "map")) as [TypeSchema, TypeSchema];
      let index = 0;
      for (const [name, one] of value) {
        if (!compiler.check(key)(name)) return { step: `.key(${index})`, type: key, value: name };
        if (!compiler.check(held)(one))
          return {
            step:
              typeof name === "string" ? `.get(${JSON.stringify(name.slice(0, 40))})` : `.entry(${index})`,
            type: held,
            value: one,
          };
        index++;
      }
      return undefined;
    }
    case "set": {
      const member = toSchema(jsPart(schema, "set"));
      const members = value instanceof Set ? [...value] : [];
      const index = members.findIndex((one) => !compiler.check(member)(one));
      return index < 0 ? undefined : { step: `.member(${index})`, type: member, value: members[index] };
    }
    default:
      return undefined;
  }
}

function findInObject(
  compiler: Compiler,
  schema: TypeSchema,
  value: Record<string, unknown>,
): Culprit | undefined {
  const required = requiredOf(schema);
  const properties = propertiesOf(schema);
  for (const [name, type] of properties) {
    const held = name in Object.prototype && !Object.hasOwn(value, name) ? undefined : value[name];
    if ((held === undefined && !required.has(name)) || compiler.check(type)(held)) continue;
    return { step: stepTo(name), type, value: held };
  }
  const rest = schema["additionalProperties"];
  const named = new Set(properties.map(([name]) => name));
  for (const name of Object.keys(value)) {
    if (named.has(name) || value[name] === undefined) continue;
    if (rest === false) return { step: stepTo(name), expected: "no such property", value: value[name] };
    if (!isRecord(rest)) return undefined;
    const key = schema["x-key"];
    if (isRecord(key) && !compileKey(key, compiler)(name))
      return { step: "", expected: `keys of type ${typeText(key)}`, value: name };
    if (!compiler.check(rest)(value[name])) return { step: stepTo(name), type: rest, value: value[name] };
  }
  return undefined;
}

function findInArray(compiler: Compiler, schema: TypeSchema, value: readonly unknown[]): Culprit | undefined {
  const first = toSchemas(schema["prefixItems"]);
  const { minItems = 0, maxItems = Infinity } = schema as { minItems?: number; maxItems?: number };
  const most = schema["items"] === false ? Math.min(first.length, maxItems) : maxItems;
  if (value.length < minItems || value.length > most) {
    const count =
      minItems === most
        ? String(most)
        : most === Infinity
          ? `at least ${minItems}`
          : `${minItems} to ${most}`;
    return { step: ".length", expected: count, value: value.length };
  }
  for (let index = 0; index < value.length; index++) {
    const type = first[index] ?? toSchema(schema["items"]);
    const absent = value[index] === undefined && index >= minItems && index < first.length;
    if (!absent && !compiler.check(type)(value[index]))
      return { step: `[${index}]`, type, value: value[index] };
  }
  return undefined;
}

// The member that was meant: by its tag, or the only one of the value's kind.
function findInUnion(compiler: Compiler, schema: TypeSchema, value: unknown): Culprit | undefined {
  const members = toSchemas(schema["anyOf"]);
  const tag = schema["x-tag"];
  if (typeof tag === "string" && isObject(value)) {
    const byTag = tagged(members, tag, compiler.types);
    const given = (value as Record<string, unknown>)[tag];
    const meant = byTag?.get(given);
    if (meant !== undefined) return { step: "", type: meant, value };
    if (byTag !== undefined)
      return {
        step: stepTo(tag),
        expected: [...byTag.keys()].map((one) => JSON.stringify(one)).join(" | "),
        value: given,
      };
  }
  const kind = Array.isArray(value) ? "array" : isObject(value) ? "object" : undefined;
  const alike = members.filter((member) => kindOf(resolve(member, compiler.types).schema) === kind);
  return alike.length === 1 ? { step: "", type: alike[0]!, value } : undefined;
}

function expectation(compiler: Compiler, schema: TypeSchema): string {
  const { schema: target, name } = resolve(schema, compiler.types);
  const limits = constraintText(target);
  const kind = kindOf(target);
  const text = typeText(name !== undefined && (kind === "object" || kind === "array") ? schema : target);
  return limits === "" ? text : `${text} with ${limits}`;
}

const longestText = 40;

/** A value for people: short, and never more than its kind when it has parts. */
export function valueText(value: unknown): string {
  if (typeof value === "string")
    return value.length > longestText
      ? `${JSON.stringify(value.slice(0, longestText))}… of ${value.length} characters`
      : JSON.stringify(value);
  if (typeof value === "bigint")
    return value > -1_000_000_000_000n && value < 1_000_000_000_000n ? `${value}n` : "a large bigint";
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  return tag === "Object" ? "an object" : `a ${tag}`;
}
