import type { TypeSchema } from "../service/contract.js";

/** What sort of values a schema is of, on the wire. `unreadable` is what this version has no word for. */
export type Kind =
  | "any"
  | "never"
  | "void"
  | "undefined"
  | "null"
  | "literal"
  | "string"
  | "number"
  | "boolean"
  | "bigint"
  | "date"
  | "bytes"
  | "map"
  | "set"
  | "typedArray"
  | "array"
  | "object"
  | "callback"
  | "stream"
  | "union"
  | "reference"
  | "unreadable";

/** Named types of a contract. A `Map`, since names may come off the wire. */
export type Types = ReadonlyMap<string, TypeSchema>;

/** References that may follow each other before a type is taken to have no end. */
const maxHops = 64;

const prefix = "#/types/";
const plainKinds = new Set<unknown>(["string", "number", "boolean", "null", "array", "object"]);
const simpleJsKinds = new Set<unknown>(["void", "undefined", "bigint", "date", "bytes", "any"]);
const holderKinds = ["map", "set", "typedArray", "callback", "stream"] as const;

/** Named types of a contract's `types`; none for anything else. */
export function readTypes(types: unknown): Types {
  return new Map(
    Object.entries(isRecord(types) ? types : {}).map(([name, schema]) => [name, toSchema(schema)]),
  );
}

/** Tells an object with string keys from arrays and everything else. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const everything: TypeSchema = { "x-js": "any" };
const nothing: TypeSchema = { not: {} };
const malformed: TypeSchema = { type: "a schema that is no object" };

/** Reads something as a schema: JSON Schema allows `true` and `false`; a contract off the wire may hold anything. */
export function toSchema(value: unknown): TypeSchema {
  if (isRecord(value)) return value as TypeSchema;
  if (value === true || value === undefined) return everything;
  return value === false ? nothing : malformed;
}

/** Reads a list of schemas; empty for anything else. */
export function toSchemas(value: unknown): readonly TypeSchema[] {
  return Array.isArray(value) ? value.map(toSchema) : [];
}

/** Whether two schemas say the same and nothing in them has parts: then one takes whatever the other gives. */
export function isSamePlain(a: TypeSchema, b: TypeSchema): boolean {
  let keys = 0;
  for (const key in a) {
    keys++;
    if (key === "$ref" || !isSameValue(a[key], b[key])) return false;
  }
  for (const _ in b) keys--;
  return keys === 0;
}

function isSameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) {
    return (
      Array.isArray(b) && a.length === b.length && a.every((item, at) => item === b[at] && !isObject(item))
    );
  }
  return a === b && !isObject(a);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** The kind of a schema, references and unions not followed. */
export function kindOf(schema: TypeSchema): Kind {
  if (typeof schema.$ref === "string") return "reference";
  const js: unknown = schema["x-js"];
  if (js !== undefined) return jsKind(js);
  if (Object.hasOwn(schema, "const") || Array.isArray(schema["enum"])) return "literal";
  if (Array.isArray(schema["anyOf"])) return "union";
  if (schema["not"] !== undefined) return "never";
  const { type } = schema;
  if (type === "integer") return "number";
  if (plainKinds.has(type)) return type as Kind;
  return type === undefined && Object.keys(schema).every((key) => !key.startsWith("x-"))
    ? "any"
    : "unreadable";
}

function jsKind(js: unknown): Kind {
  if (simpleJsKinds.has(js)) return js as Kind;
  if (!isRecord(js)) return "unreadable";
  if (typeof js["template"] === "string") return "string";
  return holderKinds.find((kind) => js[kind] !== undefined) ?? "unreadable";
}

/** What `x-js` holds under a key, such as the pair of a `map`. */
export function jsPart(
  schema: TypeSchema,
  key: "map" | "set" | "typedArray" | "callback" | "stream" | "template",
): unknown {
  const js: unknown = schema["x-js"];
  return isRecord(js) ? js[key] : undefined;
}

/** Values of a `literal`. */
export function literalsOf(schema: TypeSchema): readonly unknown[] {
  if (Object.hasOwn(schema, "const")) return [schema["const"]];
  return Array.isArray(schema["enum"]) ? schema["enum"] : [];
}

/** Properties of an object schema. */
export function propertiesOf(schema: TypeSchema): readonly (readonly [string, TypeSchema])[] {
  const properties = schema["properties"];
  return isRecord(properties) ? Object.entries(properties).map(([name, type]) => [name, toSchema(type)]) : [];
}

/** Names of the properties that must be there. */
export function requiredOf(schema: TypeSchema): ReadonlySet<unknown> {
  const required = schema["required"];
  return new Set(Array.isArray(required) ? required : []);
}

/** Name of the type that a schema refers to; undefined when it is no reference. */
export function referredName(schema: TypeSchema): string | undefined {
  const { $ref } = schema;
  return typeof $ref === "string" && $ref.startsWith(prefix) ? $ref.slice(prefix.length) : undefined;
}

/** Follows references to what they stand for. A name that is missing or leads to itself ends in an unreadable schema. */
export function resolve(
  schema: TypeSchema,
  types: Types,
): { readonly schema: TypeSchema; readonly name: string | undefined } {
  let found = schema;
  let name: string | undefined;
  for (let hops = 0; typeof found.$ref === "string"; hops++) {
    name = referredName(found);
    const target = name === undefined ? undefined : types.get(name);
    if (target === undefined || hops >= maxHops)
      return { schema: { type: `a reference to nothing, ${found.$ref}` }, name };
    found = target;
  }
  return { schema: found, name };
}
