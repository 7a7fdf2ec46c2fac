import { addExtension } from "msgpackr";
import { describe, expect, it } from "vitest";
import { maxBigintBytes } from "../../src/wire/bigint.js";
import { ProtocolError } from "../../src/wire/protocol-error.js";
import { reverseElements } from "../../src/wire/typed-array.js";
import { decoded, encoded, hex, joined, roundTrip, scanned } from "./value-bytes.js";

describe("extensions", () => {
  it.each([
    [undefined, "d4 04 c0"],
    [[undefined], "91 d404c0"],
    [new Map<unknown, unknown>([["a", 1]]), "c7 04 01 92 a161 01"],
    [new Set([1, 2]), "c7 03 02 92 01 02"],
    [0n, "c7 03 03 c40100"],
    [1n, "c7 04 03 c4020001"],
    [-256n, "c7 05 03 c403010100"],
    [new Date(0), "d6 ff 00000000"],
    [new Date(1500), "d7 ff 77359400 00000001"],
    [new Date((2 ** 32 - 1) * 1000), "d6 ff ffffffff"],
    [new Date(2 ** 32 * 1000), "d7 ff 00000001 00000000"],
    [new Date(2 ** 34 * 1000), "c7 0c ff 00000000 0000000400000000"],
    [new Date(-1), "c7 0c ff 3b8b87c0 ffffffffffffffff"],
    [Int16Array.of(1, -2), "c7 12 05 92 aa496e7431364172726179 c404 0100 feff"],
    [Uint8ClampedArray.of(255), "c7 16 05 92 b155696e7438436c616d7065644172726179 c401 ff"],
  ])("writes %o as laid down", (value, bytes) => {
    expect(encoded(value)).toEqual(hex(bytes));
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it("keeps any value as the key of a map and the member of a set", () => {
    const map = new Map<unknown, unknown>([
      [1, "a"],
      ["1", "b"],
      [null, 1],
      [undefined, undefined],
      [2n, new Set([new Map()])],
    ]);
    expect(roundTrip(map)).toStrictEqual(map);
    const [key] = (roundTrip(new Map([[{ a: 1 }, 1]])) as Map<unknown, unknown>).keys();
    expect(key).toStrictEqual({ a: 1 });
  });

  it("keeps maps and typed arrays of every size of head", () => {
    for (const count of [0, 1, 7, 8, 100, 200, 40_000]) {
      const map = new Map(Array.from({ length: count }, (_, index) => [`k${index}`, index]));
      expect(roundTrip(map)).toStrictEqual(map);
      const numbers = Float64Array.from({ length: count }, (_, index) => index / 3);
      expect(roundTrip([numbers])).toStrictEqual([numbers]);
    }
  });

  it("keeps payloads of every length around the bounds of heads", () => {
    for (const bound of [0x100, 0x10000]) {
      for (let length = bound - 30; length < bound + 3; length++) {
        const back = roundTrip([new Int8Array(length), 1]) as [Int8Array, number];
        expect([back[0].length, back[1]]).toStrictEqual([length, 1]);
      }
    }
  });

  it("keeps typed arrays of every kind, also in the middle of their buffer", () => {
    const source = Uint8Array.from({ length: 64 }, (_, index) => index * 7).buffer;
    for (const make of [
      Int8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      BigInt64Array,
      BigUint64Array,
      Float64Array,
    ]) {
      expect(roundTrip(new make(source, 16, 2))).toStrictEqual(new make(source, 16, 2));
    }
    expect(roundTrip(Float32Array.of(1.5, -0, Number.NaN))).toStrictEqual(
      Float32Array.of(1.5, -0, Number.NaN),
    );
  });

  it("turns the bytes of each element around for hosts that are big-endian", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    reverseElements(bytes, 4);
    expect(bytes).toEqual(Uint8Array.of(4, 3, 2, 1, 8, 7, 6, 5));
  });

  it("keeps bigints up to the limit, in linear time", () => {
    const largest = 2n ** BigInt(8 * maxBigintBytes) - 1n;
    for (const value of [255n, 256n, 2n ** 63n, 2n ** 64n, -(2n ** 64n), largest, -largest])
      expect(roundTrip(value)).toBe(value);
    const tooLong = joined([0xc8, 0x10, 0x05, 3, 0xc5, 0x10, 0x02, 0, 1], new Uint8Array(maxBigintBytes));
    expect(() => scanned(tooLong)).toThrow(new ProtocolError("bigint of 4097 bytes exceeds 4096"));
  });

  it("reads dates that others write, down to the millisecond", () => {
    expect(decoded(hex("d7 ff ee6b27fc 00000001"))).toStrictEqual(new Date(1999));
    expect(decoded(hex("c7 0c ff 000f423f ffffffffffffffff"))).toStrictEqual(new Date(-1000));
    expect(decoded(hex("c7 04 ff 00000001"))).toStrictEqual(new Date(1000));
    expect(decoded(hex("c7 0c ff 00000000 000007dba8218000"))).toStrictEqual(new Date(8.64e15));
    expect(decoded(hex("c7 0c ff 00000000 fffff82457de8000"))).toStrictEqual(new Date(-8.64e15));
  });

  it.each([
    ["a timestamp of 5 bytes", "c7 05 ff 0000000000", "expected a timestamp of 4, 8 or 12 bytes, got 5"],
    [
      "a billion nanoseconds",
      "d7 ff ee6b2800 00000001",
      "expected less than 1000000000 nanoseconds, got 1000000000",
    ],
    [
      "a time after the last Date",
      "c7 0c ff 00000000 000007dba8218001",
      "timestamp of 8640000000001 seconds",
    ],
    [
      "a nanosecond after the last Date",
      "c7 0c ff 00000001 000007dba8218000",
      "timestamp of 8640000000000 seconds",
    ],
    [
      "a time before the first Date",
      "c7 0c ff 00000000 fffff82457de7fff",
      "timestamp of -8640000000001 seconds",
    ],
    ["a time far away", "c7 0c ff 00000000 7fffffffffffffff", "beyond what a Date can hold"],
    ["undefined with another payload", "d4 04 01", "expected nil as the payload of undefined, got 1 bytes"],
    ["undefined with more behind it", "d5 04 c0c0", "expected nil as the payload of undefined, got 2 bytes"],
    ["an empty extension", "c7 00 04", "expected nil as the payload of undefined, got 0 bytes"],
    ["a map without payload", "c7 00 01", "expected an array as the payload at byte 3"],
    ["a map of an object", "d4 01 80", "expected an array as the payload at byte 2"],
    [
      "a map with an odd number of elements",
      "d5 01 9101",
      "expected keys and values by turns, got 1 elements",
    ],
    ["a map whose payload is too short", "d5 01 92 01 02", "expected at least 2 bytes at byte 3, got 1"],
    [
      "a map whose payload goes on",
      "d6 01 92 0102 03",
      "expected a payload to end at byte 6, and it ended at 5",
    ],
    [
      "a set whose element reaches past it",
      "92 d5 02 91 c4 01 02",
      "expected a payload to end at byte 5, and it ended at 7",
    ],
    ["a bigint of a string", "d5 03 a100", "expected a bin of sign and magnitude"],
    ["a bigint of nothing", "d5 03 c400", "expected a bin of sign and magnitude"],
    ["a bigint cut short", "d5 03 c405", "expected a bin of sign and magnitude"],
    ["minus zero", "c7 03 03 c40101", "bigint not in its one form"],
    ["a leading zero", "c7 04 03 c4020000", "bigint not in its one form"],
    ["a sign of 2", "c7 04 03 c4020201", "bigint not in its one form"],
    ["a typed array of no known kind", "c7 0a 05 92 a6466c6f617433 c400", "expected one of Int8Array"],
    ["a Uint8Array that is no bin", "c7 0e 05 92 aa55696e74384172726179 c400", "expected one of Int8Array"],
    ["half an element", "c7 0f 05 92 aa496e7431364172726179 c40101", "1 bytes are no whole Int16Array"],
    ["a typed array without bin", "c7 0d 05 92 aa496e7431364172726179 c0", "expected [kind, bin]"],
    ["a typed array cut in its name", "c7 03 05 92 aa49", "expected [kind, bin]"],
    ["a typed array cut in its bin", "c7 0e 05 92 aa496e7431364172726179 c402", "expected [kind, bin]"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => scanned(hex(bytes))).toThrow(ProtocolError);
    expect(() => scanned(hex(bytes))).toThrow(message);
  });

  it("refuses every other code, in every form", () => {
    for (let code = 0; code < 256; code++) {
      if (code === 0xff || (code >= 1 && code <= 5)) continue;
      for (const bytes of [
        [0xd4, code, 0],
        [0xc7, 1, code, 0x90],
        [0xc8, 0, 1, code, 0xc0],
        [0xd8, code, ...Array(16).fill(0)],
      ]) {
        expect(() => scanned(Uint8Array.from(bytes))).toThrow(
          `unknown extension code ${code > 127 ? code - 256 : code}`,
        );
      }
    }
  });

  it("is not changed by an application that gives msgpackr extensions of the same codes", () => {
    for (const type of [1, 2, 3, 4, 5, 255]) addExtension({ type, unpack: () => "not ours" });
    const value = {
      map: new Map([[1, 2]]),
      set: new Set([1]),
      big: [1n],
      at: new Date(5),
      none: [undefined],
      pad: "x".repeat(300),
    };
    expect(roundTrip(value)).toStrictEqual(value);
  });
});
