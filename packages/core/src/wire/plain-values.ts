/**
 * The values that most calls consist of, written and read without the general machinery: null, booleans, numbers, short
 * ASCII strings, and a few of those in an array.
 *
 * What is read here is checked as strictly as the scan would, in the same pass. Whatever is anything else, or cut short, is
 * left to the general way, which refuses it where it must. Measured at 100 calls in flight: a third of what a call costs.
 */
import type { ByteSink } from "./byte-sink.js";
import { writeConstant, writeNumber } from "./primitives.js";
import type { ScanLimits } from "./scan.js";

/** Elements of an array that is worth the try. Fewer than any limit of depth or number can forbid. */
const mostElements = 8;
/** Bytes of a string whose length its head says. */
const longestString = 31;

/** Stands for a value that is not plain. */
export const notPlain: unique symbol = Symbol("not plain");

/** Writes a plain value, or an array of them. Returns false, and leaves the sink as it was, for anything else. */
export function writePlain(sink: ByteSink, value: unknown, limits: ScanLimits): boolean {
  if (!Array.isArray(value)) return writePlainElement(sink, value);
  const { length } = value;
  // Of a proxy, the length may be anything.
  if (length > mostElements || length >>> 0 !== length || isForbidden(length, limits)) return false;
  const start = sink.position;
  sink.reserve(1);
  sink.bytes[sink.position++] = 0x90 + length;
  for (let index = 0; index < length; index++) {
    if (writePlainElement(sink, value[index])) continue;
    sink.position = start;
    return false;
  }
  return true;
}

// Only limits that no session has: it has at least `leastLimits`, which is why the reader need not ask.
function isForbidden(elements: number, { maxDepth, maxNodes }: ScanLimits): boolean {
  return maxDepth < 1 || elements >= maxNodes;
}

function writePlainElement(sink: ByteSink, value: unknown): boolean {
  if (typeof value === "string") return writeAscii(sink, value);
  if (typeof value === "number") writeNumber(sink, value);
  else if (typeof value === "boolean" || value === null) writeConstant(sink, value);
  else return false;
  return true;
}

function writeAscii(sink: ByteSink, text: string): boolean {
  const { length } = text;
  if (length > longestString) return false;
  sink.reserve(1 + length);
  const { bytes, position } = sink;
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80) return false;
    bytes[position + 1 + at] = unit;
  }
  bytes[position] = 0xa0 + length;
  sink.position = position + 1 + length;
  return true;
}

/** Reads plain values off one packet after the other. */
export class PlainReader {
  /** Where the last value that was read ends. */
  end = 0;

  /** Reads the value at `start`, or an array of such; `notPlain` when it is anything else, or goes beyond `limit`. */
  read(bytes: Uint8Array, start: number, limit: number): unknown {
    if (start >= limit) return notPlain;
    const count = bytes[start]! - 0x90;
    if (count < 0 || count > mostElements) return this.#element(bytes, start, limit);
    const values: unknown[] = [];
    let at = start + 1;
    for (let index = 0; index < count; index++) {
      const value = this.#element(bytes, at, limit);
      if (value === notPlain) return notPlain;
      values.push(value);
      at = this.end;
    }
    this.end = at;
    return values;
  }

  #element(bytes: Uint8Array, at: number, limit: number): unknown {
    if (at >= limit) return notPlain;
    const head = bytes[at]!;
    if (head < 0x80 || head >= 0xe0) {
      this.end = at + 1;
      return head < 0x80 ? head : head - 0x100;
    }
    if (head >= 0xa0 && head < 0xc0) return this.#ascii(bytes, at + 1, at + 1 + head - 0xa0, limit);
    this.end = at + 1;
    if (head === 0xc0) return null;
    if (head === 0xc2) return false;
    if (head === 0xc3) return true;
    return this.#integer(bytes, head, at + 1, limit);
  }

  #ascii(bytes: Uint8Array, start: number, end: number, limit: number): unknown {
    if (end > limit) return notPlain;
    const text = readAscii(bytes, start, end);
    if (text === undefined) return notPlain;
    this.end = end;
    return text;
  }

  #integer(bytes: Uint8Array, head: number, at: number, limit: number): unknown {
    const width = head === 0xcc ? 1 : head === 0xcd ? 2 : head === 0xce ? 4 : 0;
    if (width === 0 || at + width > limit) return notPlain;
    this.end = at + width;
    if (width === 1) return bytes[at]!;
    const high = (bytes[at]! << 8) | bytes[at + 1]!;
    return width === 2 ? high : high * 0x10000 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
  }
}

/** Reads ASCII; undefined when a byte is none. Four at a time: one character each makes a string each. */
export function readAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const a = bytes[at]!;
    const b = bytes[at + 1]!;
    const c = bytes[at + 2]!;
    const d = bytes[at + 3]!;
    if ((a | b | c | d) >= 0x80) return undefined;
    text += String.fromCharCode(a, b, c, d);
  }
  for (; at < end; at++) {
    const unit = bytes[at]!;
    if (unit >= 0x80) return undefined;
    text += String.fromCharCode(unit);
  }
  return text;
}
