import type { TypeSchema } from "@rpc/core/contract";
import type { SeededRandom } from "./seeded.js";

const text: TypeSchema = { type: "string" };
const number: TypeSchema = { type: "number" };

/** An object type; a property whose name ends in a question mark may be absent. */
export function object(properties: Record<string, TypeSchema>): TypeSchema {
  const entries = Object.entries(properties);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, type]) => [name.replace("?", ""), type])),
    required: entries.flatMap(([name]) => (name.endsWith("?") ? [] : [name])),
  };
}

// What JSON has no word for.
const jsSchemas: readonly (readonly [TypeSchema, readonly unknown[]])[] = [
  [{ "x-js": "date" }, [new Date(0)]],
  [{ "x-js": "bigint" }, [1n]],
  [{ "x-js": "bigint", minimum: 2 }, [1n, 2n, 3n]],
  [{ "x-js": "bigint", const: "5" }, [5n, 6n]],
  [{ "x-js": "bytes" }, [new Uint8Array(1)]],
  [{ "x-js": "undefined" }, [undefined]],
  [{ "x-js": "any" }, [1]],
  [{ "x-js": { typedArray: "Float64Array" } }, [new Float64Array(1), new Int8Array(1)]],
  [{ type: "string", "x-js": { template: "id-${number}" } }, ["id-1", "id-x"]],
  [{ type: "string", format: "date" }, ["2024-01-01", "x"]],
  [{ enum: ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] }, ["j", "k"]],
  [{ "x-js": { map: [text, number] } }, [new Map([["a", 1]]), new Map([[1, 1]])]],
  [{ "x-js": { set: text } }, [new Set(["a"]), new Set([1])]],
  [
    { type: "object", properties: { "two words": text, toString: number }, required: ["two words"] },
    [{ "two words": "a" }, { "two words": "a", toString: 1 }],
  ],
  [
    { ...object({ "a?": text }), additionalProperties: text, "x-key": number },
    [{ a: "a", 1: "b" }, { b: "b" }],
  ],
  [{ ...object({ "a?": text }), additionalProperties: false }, [{ a: "a" }, { b: "b" }]],
];

/** A type of at most this depth; with `js` also of what JSON has no word for. */
export function randomSchema(random: SeededRandom, depth: number, js = false): TypeSchema {
  if (js && random.int(4) === 0) return random.pick(jsSchemas)[0];
  const scalars: (() => TypeSchema)[] = [
    () => text,
    () => number,
    () => ({ type: "integer", minimum: random.int(10) }),
    () => ({ type: "number", maximum: random.int(50), exclusiveMinimum: -5 }),
    () => ({ type: "string", minLength: random.int(3), maxLength: 3 + random.int(4) }),
    () => ({ type: "string", pattern: random.pick(["^a", "b$", "^[a-c]*$"]) }),
    () => ({ type: "boolean" }),
    () => ({ type: "null" }),
    () => ({ const: random.pick(["a", "b", 1, true]) }),
    () => ({
      enum: random.pick([
        ["a", "b"],
        [1, 2],
        ["a", 1, false],
      ]),
    }),
  ];
  if (depth === 0) return random.pick(scalars)();
  const inner = () => randomSchema(random, depth - 1, js);
  const holders: (() => TypeSchema)[] = [
    () => ({ type: "array", items: inner(), minItems: random.int(2) }),
    () => ({ type: "array", prefixItems: [inner(), inner()], minItems: random.int(3), items: false }),
    () => ({ type: "array", prefixItems: [inner()], minItems: 1, items: inner() }),
    () => object({ a: inner(), "b?": inner(), c: inner() }),
    () => ({ ...object({ "a?": inner() }), additionalProperties: inner() }),
    () => ({ anyOf: [inner(), inner()] }),
    () => ({
      anyOf: [object({ kind: { const: "x" }, a: inner() }), object({ kind: { const: "y" }, b: inner() })],
      "x-tag": "kind",
    }),
  ];
  return random.pick(random.int(3) === 0 ? scalars : holders)();
}

/** A value that is of the schema, mostly; anything without one. */
export function randomValue(random: SeededRandom, schema: TypeSchema | undefined, depth: number): unknown {
  const anything = () =>
    random.pick<unknown>([
      "a",
      "b",
      "abc",
      1,
      2,
      7.5,
      -3,
      true,
      false,
      null,
      [],
      {},
      ["a"],
      { a: 1 },
      { kind: "x" },
    ]);
  if (schema === undefined || random.int(12) === 0) return anything();
  const special = jsSchemas.find(([known]) => known === schema);
  if (special !== undefined) return random.pick(special[1]);
  const inner = (part: unknown) => randomValue(random, part as TypeSchema, depth - 1);
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return random.pick(schema["enum"]);
  if (Array.isArray(schema["anyOf"])) return inner(random.pick(schema["anyOf"]));
  switch (schema.type) {
    case "string":
      return random.pick(["", "a", "ab", "abc", "b", "cab", "abcdefgh"]);
    case "number":
    case "integer":
      return random.pick([0, 1, 5, 9, 12, 33, 49, 51, -4, -6, 2.5]);
    case "array": {
      const first = (schema["prefixItems"] ?? []) as TypeSchema[];
      const rest =
        schema["items"] === false ? [] : Array.from({ length: random.int(3) }, () => inner(schema["items"]));
      return [...first.map(inner), ...rest];
    }
    case "object": {
      const properties = Object.entries((schema["properties"] ?? {}) as Record<string, TypeSchema>).filter(
        () => random.int(10) > 0,
      );
      return Object.fromEntries(properties.map(([name, type]) => [name, inner(type)]));
    }
    default:
      return anything();
  }
}
