/**
 * The values that most calls consist of, written without the general machinery: null, booleans, numbers, short ASCII
 * strings, and a few of those in an array. Anything else is left to the general way, which refuses it where it must.
 */
import type { ByteSink } from "./byte-sink.js";
import { writeConstant, writeNumber } from "./primitives.js";
import type { ScanLimits } from "./scan.js";

/** Elements of an array that is worth the try. Fewer than any limit of depth or number can forbid. */
const mostElements = 8;
/** Bytes of a string whose length its head says. */
const longestString = 31;

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

// Only limits that no session has: it has at least `leastLimits`.
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
