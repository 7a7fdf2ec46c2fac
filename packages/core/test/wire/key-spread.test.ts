import { describe, expect, it } from "vitest";
import { areKeysSpread } from "../../src/wire/key-spread.js";
import { ProtocolError } from "../../src/wire/protocol-error.js";
import { decoded, encoded, joined, roundTrip, scanned } from "./value-bytes.js";

describe("the spread of number keys", () => {
  it("takes what honest programs use as keys, however many", () => {
    const count = 50_000;
    const kinds: ((index: number) => unknown)[] = [
      (index) => index,
      (index) => -index,
      (index) => index * 65_536,
      (index) => index / 8,
      (index) => 1_700_000_000_000 + index * 1000,
      (index) => BigInt(index),
      (index) => BigInt(index) << 22n,
      (index) => `key ${index}`,
    ];
    for (const kind of kinds)
      expect(areKeysSpread(Array.from({ length: count }, (_, index) => kind(index)))).toBe(true);
    const map = new Map(Array.from({ length: 3000 }, (_, index) => [index * 7, BigInt(index)]));
    expect(roundTrip(map)).toStrictEqual(map);
  });

  it("refuses bigints that differ only above the bits that are hashed", () => {
    const flood = Array.from({ length: 1000 }, (_, index) => (BigInt(index + 1) << 64n) + 5n);
    expect(areKeysSpread(flood)).toBe(false);
    expect(areKeysSpread(flood.slice(0, 256))).toBe(true);
  });

  it("refuses integers that were sought for one bucket", () => {
    expect(areKeysSpread(collidingIntegers(1000))).toBe(false);
    expect(areKeysSpread(collidingIntegers(1000).map((integer) => integer | 0))).toBe(false);
  });

  it("refuses a hostile map and set in the scan, wherever they hide", () => {
    const keys = collidingIntegers(1000);
    const array = encoded(keys.flatMap((key) => [key, "v"]));
    const set = encoded(keys);
    for (const bytes of [
      extension(1, array),
      extension(2, set),
      joined([0x92, 1], extension(2, set)),
      extension(2, joined([0x91], extension(1, array))),
    ]) {
      expect(() => scanned(bytes)).toThrow(new ProtocolError("number keys chosen to fall into one bucket"));
    }
    // As values they do no harm.
    const values = new Map(keys.map((key, index) => [`k${index}`, key]));
    expect(decoded(encoded(values))).toStrictEqual(values);
  });

  it("refuses the same on the way out, before it would cost the session", () => {
    const set = new Set(Array.from({ length: 1000 }, (_, index) => BigInt(index) << 64n));
    expect(() => encoded({ ids: set })).toThrow(
      ".ids: a Set whose number keys hash alike cannot travel; send an array of what it holds",
    );
  });

  it("counts numbers in every form they can be written in", () => {
    const doubles = collidingIntegers(1000).map((integer) => {
      const bytes = new Uint8Array(9);
      bytes[0] = 0xcb;
      new DataView(bytes.buffer).setFloat64(1, integer);
      return bytes;
    });
    expect(() => scanned(extension(2, joined([0xdc, 1000 >> 8, 1000 & 0xff], ...doubles)))).toThrow(
      ProtocolError,
    );
  });
});

// As someone who means harm would find them: by trying.
function collidingIntegers(count: number): number[] {
  const found: number[] = [];
  for (let key = 0; found.length < count; key++) {
    let hash = (~key + (key << 15)) | 0;
    hash ^= hash >>> 12;
    hash = (hash + (hash << 2)) | 0;
    hash ^= hash >>> 4;
    hash = Math.imul(hash, 2057);
    hash ^= hash >>> 16;
    if ((hash & 0x3ff) === 0) found.push(key);
  }
  return found;
}

function extension(code: number, payload: Uint8Array): Uint8Array {
  const head = new Uint8Array(6);
  head[0] = 0xc9;
  new DataView(head.buffer).setUint32(1, payload.length);
  head[5] = code;
  return joined(head, payload);
}
