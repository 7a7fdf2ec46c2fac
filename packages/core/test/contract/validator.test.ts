import { createValidator, type TypeSchema, validatorTypes } from "@rpc/core/contract";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { object, randomSchema, randomValue } from "./random-schemas.js";
import { SeededRandom } from "./seeded.js";

const text: TypeSchema = { type: "string" };
const number: TypeSchema = { type: "number" };

function validate(schema: TypeSchema, types: Record<string, TypeSchema> = {}) {
  return createValidator(schema, validatorTypes(types));
}

const accepted: readonly (readonly [
  name: string,
  schema: TypeSchema,
  good: readonly unknown[],
  bad: readonly unknown[],
])[] = [
  ["string", text, ["", "a"], [1, null, undefined, {}]],
  ["number", number, [1, Number.NaN, -0.5], ["1", 1n, null]],
  ["integer", { type: "integer" }, [1, -2], [1.5, Number.NaN, "1"]],
  ["boolean", { type: "boolean" }, [true, false], [0, "true"]],
  ["null", { type: "null" }, [null], [undefined, 0]],
  ["undefined", { "x-js": "undefined" }, [undefined], [null]],
  ["void", { "x-js": "void" }, [undefined, 1], []],
  ["unknown", { "x-js": "any" }, [undefined, 1, {}], []],
  ["never", { not: {} }, [], [undefined, 1]],
  ["Date", { "x-js": "date" }, [new Date()], ["2024-01-01", 0]],
  ["bigint", { "x-js": "bigint" }, [1n], [1]],
  ["a bigint literal", { "x-js": "bigint", const: "5" }, [5n], [6n, 5]],
  ["bytes", { "x-js": "bytes" }, [new Uint8Array(1), Buffer.from("a")], [new Int8Array(1), "a", [1]]],
  [
    "Float64Array",
    { "x-js": { typedArray: "Float64Array" } },
    [new Float64Array(1)],
    [new Float32Array(1), [1]],
  ],
  [
    "Map",
    { "x-js": { map: [text, number] } },
    [new Map([["a", 1]]), new Map()],
    [new Map([[1, 1]]), new Map([["a", "b"]]), {}],
  ],
  ["Set", { "x-js": { set: text } }, [new Set(["a"])], [new Set([1]), ["a"]]],
  [
    "template",
    { type: "string", "x-js": { template: "id-${number}" } },
    ["id-1", "id--2.5e3"],
    ["id-", "id-x", "xid-1", 1],
  ],
  [
    "template with an escape",
    { type: "string", "x-js": { template: "\\${string}.${bigint}" } },
    ["${string}.1"],
    ["a.1", "${string}.x"],
  ],
  ["a literal", { const: "buy" }, ["buy"], ["sell", null]],
  ["an enum", { enum: ["buy", 1, true] }, ["buy", 1, true], ["sell", "1", false]],
  [
    "array",
    { type: "array", items: number },
    [[], [1, 2]],
    [[1, "2"], {}, { length: 0 }, new Float64Array(1)],
  ],
  [
    "tuple",
    { type: "array", prefixItems: [text, number], minItems: 1, items: false },
    [["a"], ["a", 1], ["a", undefined]],
    [[], ["a", "b"], ["a", 1, 2]],
  ],
  [
    "tuple with a rest",
    { type: "array", prefixItems: [text], minItems: 1, items: number },
    [["a"], ["a", 1, 2]],
    [[1], ["a", "b"]],
  ],
  [
    "optional property",
    object({ "a?": text }),
    [{}, { a: undefined }, { a: "b" }, { other: 1 }],
    [{ a: null }, [], new Date(), new Map(), null],
  ],
  [
    "a property that may be undefined",
    object({ a: { anyOf: [text, { "x-js": "undefined" }] } }),
    [{}, { a: "b" }],
    [{ a: null }],
  ],
  [
    "a property that every object has",
    object({ "constructor?": text }),
    [{}, { constructor: "a" }],
    [{ constructor: 1 }],
  ],
  ["a required property that every object has", object({ toString: text }), [{ toString: "a" }], [{}]],
  [
    "Record",
    { type: "object", properties: {}, required: [], additionalProperties: number },
    [{}, { a: 1 }, { a: undefined }],
    [{ a: "b" }],
  ],
  [
    "Record by number",
    { type: "object", properties: {}, required: [], additionalProperties: text, "x-key": number },
    [{ 1: "a" }],
    [{ a: "a" }],
  ],
  [
    "no other property",
    { type: "object", properties: { a: text }, additionalProperties: false },
    [{ a: "b" }],
    [{ a: "b", b: 1 }],
  ],
  [
    "union",
    { anyOf: [text, { type: "null" }, object({ a: number })] },
    ["a", null, { a: 1 }],
    [1, { a: "b" }, undefined],
  ],
  ["minimum and maximum", { type: "number", minimum: 1, exclusiveMaximum: 3 }, [1, 2.9], [0, 3, Number.NaN]],
  ["multipleOf", { type: "number", multipleOf: 0.5 }, [1.5], [1.2]],
  [
    "lengths in characters",
    { type: "string", minLength: 2, maxLength: 3 },
    ["ab", "😀😀😀"],
    ["a", "😀", "abcd"],
  ],
  ["pattern", { type: "string", pattern: "^[a-z]+$" }, ["abc"], ["", "A", "a".repeat(5000)]],
  ["date-time", { type: "string", format: "date-time" }, ["2024-02-03T04:05:06Z"], ["2024-02-03", "x"]],
  ["uuid", { type: "string", format: "uuid" }, ["123e4567-e89b-12d3-a456-426614174000"], ["123"]],
  ["email", { type: "string", format: "email" }, ["a@b.example"], ["a@b", "a b@c.d", "@c.d"]],
  ["ipv4", { type: "string", format: "ipv4" }, ["127.0.0.1"], ["256.0.0.1", "1.2.3", "1.2.3.4."]],
  ["a format nobody knows", { type: "string", format: "isin" }, ["anything"], [1]],
  ["unique items", { type: "array", items: text, uniqueItems: true }, [["a", "b"]], [["a", "a"]]],
];

describe("createValidator", () => {
  for (const [name, schema, good, bad] of accepted) {
    test(name, () => {
      const validator = validate(schema);
      for (const value of good)
        expect([value, validator.accepts(value), validator.explain(value)]).toEqual([value, true, undefined]);
      for (const value of bad)
        expect([value, validator.accepts(value), validator.explain(value) === undefined]).toEqual([
          value,
          false,
          false,
        ]);
    });
  }

  test("says where, what was expected and what came", () => {
    const order = object({
      side: { enum: ["buy", "sell"] },
      lines: { type: "array", items: { $ref: "#/types/Line" } },
    });
    const { explain } = validate(order, {
      Line: object({ qty: { type: "number", minimum: 1 }, "note?": text }),
    });
    expect(explain({ side: "buy", lines: [{ qty: 1 }, { qty: "2" }] })).toEqual({
      path: ".lines[1].qty",
      expected: "number with minimum 1",
      got: '"2"',
    });
    expect(explain({ side: "bye", lines: [] })).toEqual({
      path: ".side",
      expected: '"buy" | "sell"',
      got: '"bye"',
    });
    expect(explain({ side: "buy", lines: [{ qty: 1 }, 5] })).toEqual({
      path: ".lines[1]",
      expected: "Line",
      got: "5",
    });
    expect(explain(undefined)).toMatchObject({ path: "", got: "undefined" });
  });

  test("checks an object of a tagged union as the member that its tag names", () => {
    const shape: TypeSchema = {
      anyOf: [
        object({ kind: { const: "circle" }, radius: number }),
        object({ kind: { const: "square" }, side: number }),
        { type: "null" },
      ],
      "x-tag": "kind",
    };
    const { accepts, explain } = validate(shape);
    expect([{ kind: "circle", radius: 1 }, null].every(accepts)).toBe(true);
    expect(explain({ kind: "square", radius: 1 })).toEqual({
      path: ".side",
      expected: "number",
      got: "undefined",
    });
    expect(explain({ kind: "cube" })).toEqual({
      path: ".kind",
      expected: '"circle" | "square"',
      got: '"cube"',
    });
  });

  test("follows types that contain themselves, and ends at a value that does", () => {
    const tree = object({
      value: number,
      "left?": { $ref: "#/types/Tree" },
      "right?": { $ref: "#/types/Tree" },
    });
    const { accepts, explain } = validate({ $ref: "#/types/Tree" }, { Tree: tree });
    expect(accepts({ value: 1, left: { value: 2, right: { value: 3 } } })).toBe(true);
    expect(explain({ value: 1, left: { value: 2, right: { value: "3" } } })).toMatchObject({
      path: ".left.right.value",
    });
    const cycle: Record<string, unknown> = { value: 1 };
    cycle["left"] = cycle;
    expect(accepts(cycle)).toBe(false);
    expect(accepts({ value: 1, left: { value: 2 } })).toBe(true);
  });

  test("takes an instance of a class by its properties", () => {
    class Line {
      readonly #secret = 1;
      qty = 2;
      get note(): string {
        return `${this.#secret}`;
      }
    }
    expect(validate(object({ qty: number, note: text })).accepts(new Line())).toBe(true);
  });

  for (const pattern of ["(a+)+$", "(a|a)*b", "((a*)b?)*", "(.*){2,}", "(a)\\1", "(?:x+){1,9}", "("]) {
    test(`refuses the pattern ${pattern}`, () => {
      expect(() => validate({ type: "string", pattern })).toThrow(TypeError);
    });
  }

  for (const pattern of [
    "^[A-Z]{2}[0-9]{9}\\d$",
    "^(?:buy|sell)$",
    "^(?:abc){3}$",
    "^a?b+$",
    "[(+*)]+",
    "\\p{Lu}+",
  ]) {
    test(`takes the pattern ${pattern}`, () => {
      expect(() => validate({ type: "string", pattern })).not.toThrow();
    });
  }

  test("refuses a schema that it cannot read, by name", () => {
    expect(() => validate({ $ref: "#/types/Missing" })).toThrow(/Missing/);
    expect(() => validate({ "x-js": "temporal" as never })).toThrow(TypeError);
  });

  test("agrees with ajv on everything that JSON has", () => {
    let [good, bad] = [0, 0];
    for (let seed = 1; seed <= 150; seed++) {
      const random = new SeededRandom(seed);
      const schema = randomSchema(random, 3);
      const oracle = new Ajv2020({ strict: false, allErrors: false }).compile(schema);
      const ours = validate(schema);
      for (let count = 0; count < 25; count++) {
        const value = JSON.parse(
          JSON.stringify(randomValue(random, count % 3 === 0 ? undefined : schema, 3) ?? null),
        );
        const expected = oracle(value) as boolean;
        if (expected) good++;
        else bad++;
        if (ours.accepts(value) !== expected)
          expect({ seed, schema, value, accepts: ours.accepts(value) }).toEqual({
            seed,
            schema,
            value,
            accepts: expected,
          });
        expect(ours.explain(value) === undefined).toBe(expected);
      }
    }
    // Neither answer may be the exception.
    expect(Math.min(good, bad)).toBeGreaterThan(500);
  });
});
