import { binKind, kindOf, widthOf } from "./heads.js";
import { ProtocolError } from "./protocol-error.js";
import { readLength } from "./read-length.js";

/** Longest bigint that travels, in bytes of magnitude. 4 KiB: twice the largest RSA key in use. */
export const maxBigintBytes = 4096;

/** Checks the payload of a bigint extension. There is one way to write each number: no leading zeros, no minus zero. */
export function checkBigint(bytes: Uint8Array, start: number, end: number): void {
  const head = start < end ? bytes[start]! : 0;
  const at = start + 1 + widthOf[head]!;
  if (kindOf[head] !== binKind || at >= end || at + readLength(bytes, start + 1, widthOf[head]!) !== end) {
    throw new ProtocolError("expected a bin of sign and magnitude as the payload of a bigint");
  }
  const magnitude = end - at - 1;
  if (magnitude > maxBigintBytes) {
    throw new ProtocolError(`bigint of ${magnitude} bytes exceeds ${maxBigintBytes}`);
  }
  const sign = bytes[at]!;
  const canonical = magnitude === 0 ? sign === 0 : sign <= 1 && bytes[at + 1] !== 0;
  if (!canonical) throw new ProtocolError("bigint not in its one form: sign 0 or 1, no leading zero, no -0");
}

/** Reads a checked payload. */
export function readBigint(bytes: Uint8Array, start: number, end: number): bigint {
  const sign = start + 1 + widthOf[bytes[start]!]!;
  if (end === sign + 1) return 0n;
  // Parsing hexadecimal takes linear time; shifting byte by byte would take quadratic.
  let text = "0x";
  for (let at = sign + 1; at < end; at++) text += hexOf[bytes[at]!];
  const magnitude = BigInt(text);
  return bytes[sign] === 1 ? -magnitude : magnitude;
}

/** Returns sign and magnitude, or undefined when the number is longer than `maxBigintBytes`. */
export function bigintBytes(value: bigint): Uint8Array | undefined {
  if (value === 0n) return Uint8Array.of(0);
  const digits = (value < 0n ? -value : value).toString(16);
  const text = digits.length % 2 === 0 ? digits : `0${digits}`;
  if (text.length > 2 * maxBigintBytes) return undefined;
  const bytes = new Uint8Array(1 + text.length / 2);
  bytes[0] = value < 0n ? 1 : 0;
  for (let at = 1; at < bytes.length; at++) bytes[at] = Number.parseInt(text.slice(2 * at - 2, 2 * at), 16);
  return bytes;
}

const hexOf: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);
