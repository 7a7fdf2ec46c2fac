import { isDeepStrictEqual } from "node:util";
import { Packr } from "msgpackr";
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../../src/wire/protocol-error.js";
import { RandomValues } from "./random-values.js";
import { ReferenceDecoder } from "./reference-decoder.js";
import { decoded, encoded, hex, joined, limits, scanned } from "./value-bytes.js";

describe("hostile bytes", () => {
  it.each([
    ["a record definition", "d4 72 40 91 a161 01"],
    ["a record definition of two bytes", "d5 72 40 00 91 a161 01"],
    ["a shared reference", "d6 69 00000001 80"],
    ["a pointer", "d6 70 00000001"],
    ["an error", "d4 65 00 92 a161 a162"],
    ["a regular expression", "d4 78 00 92 a161 a0"],
    ["msgpackr's own set", "d4 73 00 91 01"],
    ["msgpackr's own typed array", "c7 09 74 08 0000000000000000"],
    ["bundled strings", "d6 62 00000005 a161 a162"],
    ["msgpackr's own bigint", "c7 09 42 01 0000000000000000"],
    ["msgpackr's undefined", "d4 00 00"],
    ["a bigint as an object's key", "81 c7 0403c4020001 01"],
  ])("refuses %s", (_, bytes) => {
    expect(() => scanned(hex(bytes))).toThrow(ProtocolError);
    expect(() => scanned(joined([0x92, 1], hex(bytes)))).toThrow(ProtocolError);
  });

  it("refuses what msgpackr writes beyond plain MessagePack", () => {
    const packr = new Packr({
      moreTypes: true,
      structuredClone: true,
      useRecords: true,
      bundleStrings: true,
    });
    for (const value of [
      new Set([1]),
      new Error("no"),
      /a/,
      Float64Array.of(1),
      { a: "text" },
      [{ a: 1 }, { a: 2 }],
      2n ** 70n,
    ]) {
      expect(() => scanned(new Uint8Array(packr.pack(value)))).toThrow(ProtocolError);
    }
  });

  it("takes a token of a record for the number it is", () => {
    expect(decoded(joined([0xdc, 0, 200], Array(200).fill(0x40)))).toStrictEqual(Array(200).fill(0x40));
  });

  it("does not let a decoded object reach any prototype", () => {
    const keys = ["constructor", "prototype", "__defineGetter__", "toJSON", "then", "valueOf"];
    const value = Object.fromEntries(keys.map((key) => [key, { polluted: true }]));
    const back = decoded(encoded(value)) as object;
    expect(Object.keys(back)).toStrictEqual(keys);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  // Each change makes one of three things: bytes that both refuse, the same value to both, or a finding.
  it("agrees with the plainest decoder on any bytes that were changed at random", () => {
    const random = new RandomValues(42);
    let accepted = 0;
    for (let round = 0; round < 12_000; round++) {
      const bytes = changed(random, encoded(round % 3 === 0 ? random.plain() : random.value(2)));
      const within = { maxDepth: 3, maxNodes: 60 };
      const reference = attempt(bytes, within);
      const end = attemptScan(bytes, within);
      if (end !== reference?.end)
        expect.fail(
          `scan: ${end}, reference: ${reference?.end}, bytes: ${Buffer.from(bytes).toString("hex")}`,
        );
      if (end === undefined) continue;
      accepted++;
      const value = decoded(bytes.slice(0, end), within);
      expect(isDeepStrictEqual(value, reference?.value)).toBe(true);
      expect(isDeepStrictEqual(decoded(encoded(value)), leaveOut(value))).toBe(true);
    }
    expect(accepted).toBeGreaterThan(2000);
  });

  it("agrees with it on bytes that are random from the start", () => {
    const random = new RandomValues(43);
    for (let round = 0; round < 30_000; round++) {
      const bytes = Uint8Array.from({ length: 1 + random.below(12) }, () => random.below(256));
      expect(attemptScan(bytes, limits)).toBe(attempt(bytes, limits)?.end);
    }
  });
});

function changed(random: RandomValues, source: Uint8Array): Uint8Array {
  const heads = [
    0x80, 0x81, 0x90, 0x92, 0xa1, 0xc0, 0xc1, 0xc4, 0xc7, 0xc8, 0xcb, 0xcf, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7,
    0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xff,
  ];
  let bytes: Uint8Array = source.slice(0, 2000);
  for (let changes = random.below(4); changes > 0; changes--) {
    const at = random.below(Math.max(bytes.length, 1));
    const kind = random.below(5);
    if (kind === 0) bytes[at] = random.below(256);
    else if (kind === 1) bytes[at] = random.pick(heads);
    else if (kind === 2) bytes[at] = (bytes[at]! + random.pick([1, 255])) & 0xff;
    else if (kind === 3) bytes = joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(3)));
    else bytes = joined(bytes.subarray(0, at), [random.pick(heads)], bytes.subarray(at));
  }
  return bytes;
}

function attemptScan(bytes: Uint8Array, within: typeof limits): number | undefined {
  try {
    return scanned(bytes, within);
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    return undefined;
  }
}

function attempt(bytes: Uint8Array, within: typeof limits): { value: unknown; end: number } | undefined {
  const decoder = new ReferenceDecoder(bytes, within);
  try {
    return { value: decoder.value(), end: decoder.position };
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return undefined;
  }
}

// Properties that are undefined are left out when such a value is sent on.
function leaveOut(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(leaveOut);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [leaveOut(key), leaveOut(item)]));
  if (value instanceof Set) return new Set([...value].map(leaveOut));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const kept = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(kept.map(([key, item]) => [key, leaveOut(item)]));
}
