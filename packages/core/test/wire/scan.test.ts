import { describe, expect, it } from "vitest";
import { ProtocolError } from "../../src/wire/protocol-error.js";
import { scanValue } from "../../src/wire/scan.js";
import { RandomValues } from "./random-values.js";
import { decoded, encoded, hex, joined, limits, scanned } from "./value-bytes.js";

describe("scanValue", () => {
  it("returns where the value ends and leaves what follows alone", () => {
    const bytes = hex("c1 92 a1 61 cd 0100 c1");
    expect(scanValue(bytes, new DataView(bytes.buffer), 1, bytes.length, limits)).toBe(7);
    expect(scanned(hex("c0 c1"))).toBe(1);
  });

  it("reads nothing at or past the end, though the bytes go on", () => {
    const bytes = encoded({ a: ["text", 1.5, 2n], b: new Map([[1, new Date(1.5)]]) });
    const view = new DataView(bytes.buffer);
    for (let end = 0; end < bytes.length; end++) {
      expect(() => scanValue(bytes, view, 0, end, limits)).toThrow(ProtocolError);
    }
  });

  it("scans a view into a larger buffer", () => {
    const bytes = joined([0xc1, 0xc1], encoded(["text", 1.5]), [0xc1]).subarray(2, -1);
    expect(scanned(bytes)).toBe(bytes.length);
  });

  it("refuses every random value cut at each byte", () => {
    const random = new RandomValues(7);
    for (let round = 0; round < 150; round++) {
      const bytes = encoded(random.value(2)).subarray(0, 3000);
      for (let length = 0; length < bytes.length; length++) {
        expect(() => scanned(bytes.subarray(0, length))).toThrow(ProtocolError);
      }
    }
  });

  it.each([
    ["nothing", "", "expected at least 1 bytes at byte 0, got 0"],
    ["the unused byte", "c1", "byte 0xc1 at 0, which MessagePack never uses"],
    ["the unused byte inside", "92 01 c1", "byte 0xc1 at 2, which MessagePack never uses"],
    ["a string past the end", "a5 6162", "expected at least 5 bytes at byte 1, got 2"],
    ["a string of 4 GiB", "db ffffffff 61", "expected at least 4294967295 bytes at byte 5, got 1"],
    ["a bin of 4 GiB", "c6 ffffffff 61", "expected at least 4294967295 bytes at byte 5, got 1"],
    ["an array of 4 billion", "dd ffffffff c0", "expected at least 4294967295 bytes at byte 5, got 1"],
    ["a map of 4 billion", "df ffffffff a161c0", "expected at least 8589934590 bytes at byte 5, got 3"],
    ["a map without room for values", "82 a161 c0", "expected at least 4 bytes at byte 1, got 3"],
    ["an extension of 4 GiB", "c9 ffffffff 01", "expected at least 4294967296 bytes at byte 5, got 1"],
    ["a length that is cut", "da 00", "expected at least 2 bytes at byte 1, got 1"],
    ["half a float", "cb 00000000", "expected at least 8 bytes at byte 1, got 4"],
    ["a number as key", "81 01 c0", "expected a string as the key at byte 1, got 0x01"],
    ["an array as key", "81 90 c0", "expected a string as the key at byte 1, got 0x90"],
    ["a bin as key", "81 c40161 c0", "expected a string as the key at byte 1, got 0xc4"],
    ["__proto__ as key", "81 a95f5f70726f746f5f5f 80", "key __proto__ at byte 1"],
    ["__proto__ as key in another form", "81 d9095f5f70726f746f5f5f 80", "key __proto__ at byte 1"],
    ["a key that is not UTF-8", "81 a1ff c0", "key at byte 2 is not UTF-8"],
    ["a string that is not UTF-8", "91 a1ff", "string at byte 2 is not UTF-8"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => scanned(hex(bytes))).toThrow(new ProtocolError(message));
  });

  it("takes __proto__ where it does no harm", () => {
    expect(
      scanned(encoded(["__proto__", new Map([["__proto__", 1]]), { __proto_: 1, "__proto__ ": 2 }])),
    ).toBeGreaterThan(0);
  });

  it("counts depth: containers inside each other, a map or set as one", () => {
    const within = { ...limits, maxDepth: 3 };
    expect(scanned(encoded([[[1]]]), within)).toBe(4);
    expect(() => scanned(encoded([[[[]]]]), within)).toThrow(
      new ProtocolError("nests deeper than maxDepth 3"),
    );
    const maps = new Map([[1, new Map([[2, { a: 1 }]])]]);
    expect(scanned(encoded(maps), within)).toBeGreaterThan(0);
    expect(() => scanned(encoded([maps]), within)).toThrow("nests deeper than maxDepth 3");
    expect(scanned(encoded(5), { ...limits, maxDepth: 0 })).toBe(1);
  });

  it("never goes deeper than 512, whatever the limit says", () => {
    const within = { maxDepth: 1_000_000, maxNodes: 10_000_000 };
    expect(scanned(joined(Array(511).fill(0x91), [0x90]), within)).toBe(512);
    expect(() => scanned(joined(Array(512).fill(0x91), [0x90]), within)).toThrow(
      "nests deeper than maxDepth 512",
    );
    const sets = joined(
      ...Array.from({ length: 600 }, (_, index) => extensionHead(2, 7 * (600 - index) - 5)),
      [0x90],
    );
    expect(() => scanned(sets, within)).toThrow("nests deeper than maxDepth 512");
  });

  it("passes nothing so deep that it could not be decoded or sent on", () => {
    const within = { maxDepth: 1_000_000, maxNodes: 10_000_000 };
    let maps: unknown = 1;
    for (let depth = 0; depth < 512; depth++) maps = new Map([[1, maps]]);
    for (const bytes of [joined(Array(511).fill(0x91), [0x90]), encoded(maps, within)]) {
      expect(encoded(decoded(bytes, within), within)).toEqual(bytes);
    }
  });

  it("is not moved by a million nested arrays", () => {
    expect(() => scanned(new Uint8Array(1_000_000).fill(0x91))).toThrow("nests deeper than maxDepth 32");
  });

  it("counts values: elements, values of objects, keys and values of maps", () => {
    const value = [1, { a: 2, b: 3 }, new Map([[4, 5]]), new Set([6])];
    // The array and its four, and then 2 + 2 + 1.
    expect(scanned(encoded(value), { ...limits, maxNodes: 10 })).toBeGreaterThan(0);
    expect(() => scanned(encoded(value), { ...limits, maxNodes: 9 })).toThrow(
      new ProtocolError("more than maxNodes 9 values"),
    );
  });
});

function extensionHead(code: number, length: number): Uint8Array {
  const bytes = new Uint8Array(7);
  new DataView(bytes.buffer).setUint32(1, length);
  bytes[0] = 0xc9;
  bytes[5] = code;
  bytes[6] = 0x91;
  return bytes;
}
