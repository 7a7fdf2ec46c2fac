import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ProtocolError } from "../../src/wire/protocol-error.js";
import { decoded, hex, scanned } from "./value-bytes.js";

/** A value with all its encodings; the first property names its kind. */
interface Example {
  readonly msgpack: readonly string[];
  readonly nil?: null;
  readonly bool?: boolean;
  readonly binary?: string;
  readonly number?: number;
  readonly bignum?: string;
  readonly string?: string;
  readonly array?: unknown;
  readonly map?: unknown;
  readonly timestamp?: readonly [seconds: number, nanoseconds: number];
  readonly ext?: readonly [code: number, payload: string];
}

const suite = JSON.parse(
  readFileSync(new URL("./msgpack-test-suite/msgpack-test-suite.json", import.meta.url), "utf8"),
) as Record<string, readonly Example[]>;

/** By which rule each code of an application's own is refused: 1 to 5 are ours, with payloads of another kind. */
const refusals = new Map([
  [1, "expected an array as the payload"],
  [2, "expected an array as the payload"],
  [3, "expected a bin of sign and magnitude as the payload of a bigint"],
  [4, "expected nil as the payload of undefined"],
  [5, "expected [kind, bin] as the payload of a typed array"],
  [6, "unknown extension code 6"],
  [7, "unknown extension code 7"],
]);

const encodings = Object.entries(suite).flatMap(([file, examples]) =>
  examples.flatMap((example) => example.msgpack.map((bytes) => [file, bytes, example] as const)),
);

describe("msgpack-test-suite", () => {
  it("has the encodings that this is about", () => {
    expect(encodings).toHaveLength(233);
  });

  it.each(encodings)("%s %s is the value, or refused by a rule", (_, bytes, example) => {
    const packet = hex(bytes.replaceAll("-", ""));
    if (example.ext !== undefined) {
      const rule = refusals.get(example.ext[0]);
      expect(rule).toBeDefined();
      expect(() => scanned(packet)).toThrow(ProtocolError);
      expect(() => scanned(packet)).toThrow(rule);
      return;
    }
    expect(decoded(packet)).toStrictEqual(expectedOf(example));
    // One byte less is never a value.
    expect(() => scanned(packet.subarray(0, -1))).toThrow(ProtocolError);
  });
});

function expectedOf(example: Example): unknown {
  if (example.binary !== undefined) return hex(example.binary.replaceAll("-", ""));
  // A Date holds milliseconds: what is finer is dropped.
  if (example.timestamp !== undefined)
    return new Date(example.timestamp[0] * 1000 + Math.floor(example.timestamp[1] / 1_000_000));
  if (example.bignum !== undefined && !Number.isSafeInteger(example.number)) return bignumOf(example);
  return example.bool ?? example.number ?? example.string ?? example.array ?? example.map ?? null;
}

// Integers beyond 2^53 come as bigint; the same as a float is a number, and the suite gives both.
function bignumOf({ bignum }: Example): unknown {
  const exact = BigInt(bignum!);
  return { asymmetricMatch: (value: unknown) => value === exact || value === Number(exact) };
}
