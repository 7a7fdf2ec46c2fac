import { nativeBuffer } from "./native-buffer.js";

// From these lengths on a call out of JavaScript pays (measured; the first also costs a subarray).
const nativeCheckBytes = 512;
const nativeReadBytes = 24;
const nativeWriteLength = 48;

// Below this the room for the worst case is cheaper than to count; above it would waste memory.
const exactRoomLength = 0x4000;

/** Tells whether `start..end` is valid UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
export function isUtf8(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
  if (nativeBuffer !== undefined && end - start >= nativeCheckBytes) {
    const text = bytes.subarray(start, end);
    return nativeBuffer.isAscii(text) || nativeBuffer.isUtf8(text);
  }
  let at = start;
  while (at + 4 <= end && (view.getUint32(at, true) & 0x80808080) === 0) at += 4;
  while (at < end && bytes[at]! < 0x80) at++;
  return at === end || isUtf8Slowly(bytes, at, end);
}

function isUtf8Slowly(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const length = sequenceLength(bytes[at]!, at + 1 < end ? bytes[at + 1]! : 0);
    if (length === 0 || at + length > end) return false;
    for (let next = 1; next < length; next++) if ((bytes[at + next]! & 0xc0) !== 0x80) return false;
    at += length;
  }
  return true;
}

// 0 for a byte that begins nothing, and when the second byte makes an overlong form, a surrogate or too large a number.
function sequenceLength(first: number, second: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return (first === 0xe0 && second < 0xa0) || (first === 0xed && second >= 0xa0) ? 0 : 3;
  if (first > 0xf4) return 0;
  return (first === 0xf0 && second < 0x90) || (first === 0xf4 && second >= 0x90) ? 0 : 4;
}

// A byte order mark is a character like any other: a decoder that drops it would change the string.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Decodes valid UTF-8. */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string {
  if (end - start < nativeReadBytes) {
    let text = "";
    let at = start;
    for (; at + 4 <= end; at += 4) {
      const [a, b, c, d] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!];
      if ((a | b | c | d) >= 0x80) break;
      text += String.fromCharCode(a, b, c, d);
    }
    while (at < end && bytes[at]! < 0x80) text += String.fromCharCode(bytes[at++]!);
    if (at === end) return text;
  }
  if (nativeBuffer !== undefined) return nativeBuffer.utf8Slice.call(bytes, start, end);
  return decoder.decode(bytes.subarray(start, end));
}

/** Writes `text` at `start` if it is ASCII and short enough to be worth the try; returns whether it did. */
export function writeShortAscii(bytes: Uint8Array, start: number, text: string): boolean {
  const { length } = text;
  if (length >= nativeWriteLength) return false;
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80) return false;
    bytes[start + at] = unit;
  }
  return true;
}

/** Returns how many bytes to have ready for `text`: the exact number for a long one, else the most it can take. */
export function utf8Room(text: string): number {
  if (text.length < exactRoomLength) return 3 * text.length;
  if (nativeBuffer !== undefined) return nativeBuffer.byteLength(text);
  let room = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    // Half of a pair counts two: a pair of two units takes four bytes.
    if (unit >= 0x80) room += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return room;
}

/**
 * Writes `text` at `start`, where there is room for it, and returns how many bytes it took; -1 when it has a lone
 * surrogate, which UTF-8 cannot say.
 */
export function writeUtf8(bytes: Uint8Array, start: number, text: string): number {
  const room = bytes.length - start;
  const written =
    nativeBuffer === undefined
      ? encoder.encodeInto(text, bytes.subarray(start)).written
      : nativeBuffer.utf8Write.call(bytes, text, start, room);
  // As many bytes as units: ASCII, which has no surrogates.
  return written === text.length || isWellFormed(text) ? written : -1;
}

const encoder = new TextEncoder();

// ES2024; Node 20 has it. The expression is for older browsers.
function isWellFormed(text: string): boolean {
  const native = (text as { isWellFormed?(): boolean }).isWellFormed;
  return native === undefined ? !/\p{Surrogate}/u.test(text) : native.call(text);
}
