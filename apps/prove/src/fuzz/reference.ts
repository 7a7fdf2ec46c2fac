import { isDeepStrictEqual } from "node:util";
import { decodeMulti, ExtensionCodec } from "@msgpack/msgpack";
import type { ReadPacket } from "@rpc/core/testing";

type Frame = ReadPacket["frames"][number];

const typedArrays = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

/** Our extensions for somebody else's decoder, written from docs/protocol.md. */
const extensionCodec = new ExtensionCodec();
register(1, (items) => new Map(pairs(items as unknown[])));
register(2, (items) => new Set(items as unknown[]));
register(3, (bytes) => toBigint(bytes as Uint8Array));
register(4, () => undefined);
register(5, (parts) => {
  const [kind, bytes] = parts as [string, Uint8Array];
  const make = typedArrays.find(({ name }) => name === kind)!;
  return new make(bytes.slice().buffer as ArrayBuffer);
});

/**
 * Whether somebody else's decoder reads the values of a frame as it was read; undefined for frames without such a value.
 *
 * `body` is the frame's on the wire.
 */
export function agrees(frame: Frame, body: Uint8Array): boolean | undefined {
  if (frame.type === "reply") return isDeepStrictEqual(decodeAll(body.subarray(4)), [frame.value]);
  // Plain calls by name: flags, id and deadline, then values, the arguments last.
  if (frame.type === "call" && "service" in frame.target && frame.extras === undefined) {
    const values = decodeAll(body.subarray(9));
    const { service, method } = frame.target;
    return isDeepStrictEqual([values[0], values[1], values.at(-1)], [service, method, frame.args]);
  }
  return undefined;
}

function decodeAll(bytes: Uint8Array): unknown[] {
  return [...decodeMulti(bytes, { extensionCodec, useBigInt64: true })].map(toNumbers);
}

function register(type: number, read: (payload: unknown) => unknown): void {
  const decode = (payload: Uint8Array) => {
    const [value] = [...decodeMulti(payload, { extensionCodec, useBigInt64: true })];
    return read(value);
  };
  extensionCodec.register({ type, encode: () => null, decode });
}

function pairs(items: readonly unknown[]): [unknown, unknown][] {
  return items.flatMap((key, index) =>
    index % 2 === 0 ? [[key, items[index + 1]] as [unknown, unknown]] : [],
  );
}

function toBigint(bytes: Uint8Array): Big {
  const hex = Buffer.from(bytes.subarray(1)).toString("hex");
  const magnitude = hex === "" ? 0n : BigInt(`0x${hex}`);
  return new Big(bytes[0] === 1 ? -magnitude : magnitude);
}

/** A bigint of our extension, which is one whatever its size; integers of 64 bits are numbers where they are exact. */
class Big {
  constructor(readonly value: bigint) {}
}

function toNumbers(value: unknown): unknown {
  if (value instanceof Big) return value.value;
  if (typeof value === "bigint") return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
  if (Array.isArray(value)) return value.map(toNumbers);
  if (value instanceof Map)
    return new Map([...value].map(([key, item]) => [toNumbers(key), toNumbers(item)]));
  if (value instanceof Set) return new Set([...value].map(toNumbers));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toNumbers(item)]));
}
