import { isDeepStrictEqual } from "node:util";
import { Unpackr } from "msgpackr/unpack";
import { describe, expect, it } from "vitest";
import { ByteSink } from "../../src/wire/byte-sink.js";
import * as compact from "../../src/wire/compact-values.js";
import { encodeValue } from "../../src/wire/values.js";
import { RandomValues } from "./random-values.js";
import { ReferenceDecoder } from "./reference-decoder.js";
import { decoded, encoded, encodedBy, hex, limits, roundTrip, scanned } from "./value-bytes.js";

const writers = [
  ["in Node", encodeValue],
  ["in pages", compact.encodeValue],
] as const;

describe("values on the wire", () => {
  it.each([
    [null, "c0"],
    [false, "c2"],
    [true, "c3"],
    [0, "00"],
    [127, "7f"],
    [128, "cc 80"],
    [255, "cc ff"],
    [256, "cd 0100"],
    [65535, "cd ffff"],
    [65536, "ce 00010000"],
    [2 ** 31, "ce 80000000"],
    [2 ** 32 - 1, "ce ffffffff"],
    [2 ** 32, "cf 00000001 00000000"],
    [2 ** 53, "cf 00200000 00000000"],
    [-1, "ff"],
    [-32, "e0"],
    [-33, "d0 df"],
    [-128, "d0 80"],
    [-129, "d1 ff7f"],
    [-32769, "d2 ffff7fff"],
    [-(2 ** 31), "d2 80000000"],
    [-(2 ** 31) - 1, "d3 ffffffff 7fffffff"],
    [-(2 ** 53), "d3 ffe00000 00000000"],
    [-0, "cb 8000000000000000"],
    [0.5, "cb 3fe0000000000000"],
    [2 ** 53 + 2, "cb 4340000000000001"],
    [Number.POSITIVE_INFINITY, "cb 7ff0000000000000"],
    ["", "a0"],
    ["Alex", "a4 416c6578"],
    ["é", "a2 c3a9"],
    [[], "90"],
    [["Alex", 1], "92 a4416c6578 01"],
    [{}, "80"],
    [{ a: 1 }, "81 a161 01"],
    [Uint8Array.of(1, 2), "c4 02 0102"],
  ])("writes %j in its shortest form", (value, bytes) => {
    expect(encoded(value)).toEqual(hex(bytes));
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it("keeps NaN", () => {
    expect(roundTrip(Number.NaN)).toBeNaN();
  });

  it("keeps strings of every length, with a byte order mark too", () => {
    for (const letter of ["a", "é", "語", "\u{1f600}", "\ufeff"]) {
      for (const length of [
        0, 1, 7, 10, 11, 15, 16, 23, 24, 31, 32, 47, 48, 63, 64, 65, 85, 86, 127, 128, 255, 256, 511, 512,
        21845, 65535, 65536,
      ]) {
        const text = letter.repeat(length);
        expect(roundTrip(text) === text).toBe(true);
        expect(Object.keys(roundTrip({ [text]: 1 }) as object)).toStrictEqual([text]);
      }
    }
  });

  it("keeps long values, which take another way than short ones", () => {
    const orders = Array.from({ length: 40 }, (_, index) => ({
      id: `ord-${index}`,
      price: index / 4,
      side: null,
      tags: ["a", index],
    }));
    expect(roundTrip({ orders })).toStrictEqual({ orders });
    const marked = { orders, note: `\ufeff${"a".repeat(100)}` };
    expect(roundTrip(marked)).toStrictEqual(marked);
    const mixed = { orders, at: new Date(1), ids: new Set([1n]), raw: new Uint8Array(300) };
    expect(roundTrip(mixed)).toStrictEqual(mixed);
  });

  it("reads integers beyond 2^53 as bigint, those up to it as number", () => {
    expect(decoded(hex("cf 0020000000000000"))).toBe(2 ** 53);
    expect(decoded(hex("cf 0020000000000001"))).toBe(2n ** 53n + 1n);
    expect(decoded(hex("cf ffffffffffffffff"))).toBe(2n ** 64n - 1n);
    expect(decoded(hex("d3 ffe0000000000000"))).toBe(-(2 ** 53));
    expect(decoded(hex("d3 ffdfffffffffffff"))).toBe(-(2n ** 53n) - 1n);
    expect(decoded(hex("d3 8000000000000000"))).toBe(-(2n ** 63n));
    const long = Uint8Array.from([
      0xdc,
      0,
      20,
      ...Array.from({ length: 20 }, () => [0xcf, 0, 32, 0, 0, 0, 0, 0, 1]).flat(),
    ]);
    expect(decoded(long)).toStrictEqual(Array(20).fill(2n ** 53n + 1n));
  });

  it("turns holes into undefined and leaves out properties that are undefined", () => {
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    expect(roundTrip([1, , 3])).toStrictEqual([1, undefined, 3]);
    expect(roundTrip({ a: 1, b: undefined, c: 3 })).toStrictEqual({ a: 1, c: 3 });
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`k${index}`, index % 3 === 0 ? undefined : index]),
    );
    expect(roundTrip(many)).toStrictEqual(JSON.parse(JSON.stringify(many)));
  });

  it("sends the own enumerable string keys of plain objects, and of objects without prototype", () => {
    const object = Object.assign(Object.create(null), { a: 1, [Symbol("s")]: 2 });
    Object.defineProperty(object, "hidden", { value: 3, enumerable: false });
    expect(roundTrip(object)).toStrictEqual({ a: 1 });
    expect(roundTrip({ toString: 1, constructor: 2, hasOwnProperty: 3 })).toStrictEqual({
      toString: 1,
      constructor: 2,
      hasOwnProperty: 3,
    });
  });

  it("copies bytes into a plain Uint8Array, whatever they came in", () => {
    for (const from of [
      Uint8Array.of(1, 2, 3),
      Buffer.from([1, 2, 3]),
      new DataView(Uint8Array.of(1, 2, 3).buffer),
      Uint8Array.of(1, 2, 3).buffer,
    ]) {
      expect(roundTrip(from)).toStrictEqual(Uint8Array.of(1, 2, 3));
    }
    expect(roundTrip(Uint8Array.of(0, 1, 2, 3, 4).subarray(1, 4))).toStrictEqual(Uint8Array.of(1, 2, 3));
    const packet = Buffer.from(encoded({ text: "a".repeat(200), raw: new Uint8Array(5) }));
    const { raw } = decoded(packet) as { raw: Uint8Array };
    expect(Object.getPrototypeOf(raw)).toBe(Uint8Array.prototype);
    expect(raw.buffer.byteLength).toBe(5);
  });

  it.each(writers)("reads a getter once, %s", (_, encode) => {
    let reads = 0;
    const object = {
      get price() {
        reads++;
        return 1;
      },
    };
    expect(decoded(encodedBy(encode, [object]))).toStrictEqual([{ price: 1 }]);
    expect(reads).toBe(1);
  });

  it.each(writers)("survives an array that shrinks while it is read, %s", (_, encode) => {
    const array: unknown[] = [];
    array.push({
      get cut() {
        array.length = 1;
        return 1;
      },
    });
    array.push(2, 3);
    expect(decoded(encodedBy(encode, array))).toStrictEqual([{ cut: 1 }, undefined, undefined]);
  });

  it.each(writers)("survives a map and a set that grow while they are read, %s", (_, encode) => {
    const map = new Map<unknown, unknown>();
    const set = new Set<unknown>();
    const grower = {
      get grow() {
        map.set(map.size, 0);
        set.add(set.size);
        return 1;
      },
    };
    map.set("a", grower);
    set.add(grower);
    expect(decoded(encodedBy(encode, map))).toStrictEqual(new Map([["a", { grow: 1 }]]));
    expect((decoded(encodedBy(encode, set)) as Set<unknown>).size).toBe(2);
  });

  it("grows the sink as needed and leaves what was in it", () => {
    const sink = new ByteSink(1);
    sink.bytes[0] = 0x55;
    sink.position = 1;
    encodeValue(sink, Array(1000).fill("text"), limits);
    expect(sink.bytes[0]).toBe(0x55);
    expect(decoded(sink.bytes.slice(1, sink.position))).toStrictEqual(Array(1000).fill("text"));
  });

  it("writes what other MessagePack libraries read", () => {
    const value = {
      a: [1, -5, 1.5, "é", null, true, 2 ** 40],
      b: Uint8Array.of(1),
      at: new Date(1_700_000_000_123),
    };
    expect(
      new Unpackr({ useRecords: false, copyBuffers: true, int64AsType: "auto" }).unpack(encoded(value)),
    ).toStrictEqual(value);
  });

  it("gives back every value of a thousand random ones, as the plainest decoder sees it", () => {
    const random = new RandomValues(20_260_101);
    for (let round = 0; round < 1000; round++) {
      const value = round % 4 === 0 ? random.plain() : random.value();
      const bytes = encoded(value);
      const back = decoded(bytes);
      // Vitest does not find objects again that are keys of a Map; this does.
      expect(isDeepStrictEqual(back, value)).toBe(true);
      expect(isDeepStrictEqual(back, new ReferenceDecoder(bytes, limits).value())).toBe(true);
      expect(encoded(back)).toEqual(bytes);
    }
  });
  it("keeps to the limits exactly as the scan does", () => {
    const random = new RandomValues(3);
    const passes = (run: () => unknown) => {
      try {
        run();
        return true;
      } catch {
        return false;
      }
    };
    for (let round = 0; round < 200; round++) {
      const value = random.value(3);
      const bytes = encoded(value);
      for (const step of [0, 1, 2, 3, 4, 5, 8, 13, 21]) {
        for (const within of [
          { maxDepth: step, maxNodes: 1e6 },
          { maxDepth: 99, maxNodes: step },
        ]) {
          expect(passes(() => encoded(value, within))).toBe(passes(() => scanned(bytes, within)));
        }
      }
    }
  });
});
