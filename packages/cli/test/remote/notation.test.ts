import { describe, expect, test } from "vitest";
import { fromNotation, toNotation } from "../../src/remote/notation.js";

describe("the notation", () => {
  test.each([
    ["a date", new Date("2026-01-31T09:30:00.123Z"), { $date: "2026-01-31T09:30:00.123Z" }],
    ["a bigint", -(2n ** 70n), { $bigint: "-1180591620717411303424" }],
    ["bytes", new Uint8Array([104, 105]), { $bytes: "aGk=" }],
    ["a map", new Map<unknown, unknown>([[1, new Set(["a"])]]), { $map: [[1, { $set: ["a"] }]] }],
    ["undefined", undefined, { $undefined: true }],
    ["NaN", Number.NaN, { $number: "NaN" }],
    ["minus zero", -0, { $number: "-0" }],
    ["a typed array", new Float64Array([0.5, Number.NaN]), { $Float64Array: [0.5, { $number: "NaN" }] }],
    ["a typed array of bigints", new BigInt64Array([-3n]), { $BigInt64Array: ["-3"] }],
    ["an object like a sign", { $date: 1 }, { $object: { $date: 1 } }],
    ["plain values", { a: [1, "x", null, true], b: {} }, { a: [1, "x", null, true], b: {} }],
  ])("says %s, and reads it back", (_, value, notation) => {
    expect(toNotation(value)).toEqual(notation);
    expect(JSON.parse(JSON.stringify(notation))).toEqual(notation);
    expect(fromNotation(notation)).toEqual(value);
  });

  test.each([
    [{ $dat: "2026-01-01" }, /\$dat" is no sign of the notation; did you mean \$date\?/],
    [{ $date: "2026-02-30" }, /expected a date/],
    [{ $date: "2026-01-01T10:00:00" }, /expected a date/],
    [{ $bigint: "1.5" }, /expected a whole number/],
    [{ $bytes: "a" }, /base64/],
    [{ $map: [[1]] }, /expected a pair/],
    [JSON.parse('{ "a": { "__proto__": {} } }'), /cannot be named __proto__/],
  ])("refuses %j", (json, message) => {
    expect(() => fromNotation(json)).toThrow(message);
  });
});
