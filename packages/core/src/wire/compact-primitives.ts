import type { ByteSink } from "./byte-sink.js";
import { Refusal } from "./refusal.js";

const utf8 = new TextEncoder();
const setters = { 1: "setUint8", 2: "setUint16", 4: "setUint32" } as const;
const powers = [1, 2, 4] as const;

/** Writes a number, an integer up to 2^53 in its shortest form. */
export function writeNumber(sink: ByteSink, value: number): void {
  const isInteger = Number.isInteger(value) && Math.abs(value) <= 2 ** 53 && !Object.is(value, -0);
  if (!isInteger) {
    put(sink, 1, 0xcb);
    sink.reserve(8);
    sink.view.setFloat64(sink.position, value);
    sink.position += 8;
  } else if (value >= -0x20 && value < 0x80) put(sink, 1, value);
  else {
    const size = value < 0 ? -2 * value - 1 : value;
    if (size >= 2 ** 32) {
      put(sink, 1, value < 0 ? 0xd3 : 0xcf);
      put(sink, 4, Math.floor(value / 2 ** 32));
      put(sink, 4, value);
    } else writeSized(sink, value < 0 ? 0xd0 : 0xcc, size, value);
  }
}

/** Writes a string. Throws `Refusal` for one that is no well-formed Unicode. */
export function writeText(sink: ByteSink, value: string): void {
  if (/\p{Surrogate}/u.test(value))
    throw new Refusal(
      "a string with a lone surrogate cannot travel; make it well-formed, such as by toWellFormed()",
    );
  const bytes = utf8.encode(value);
  if (bytes.length < 0x20) put(sink, 1, 0xa0 + bytes.length);
  else writeSized(sink, 0xd9, bytes.length);
  copy(sink, bytes);
}

/** Writes bytes. */
export function writeBin(sink: ByteSink, bytes: Uint8Array): void {
  writeSized(sink, 0xc4, bytes.length);
  copy(sink, bytes);
}

function copy(sink: ByteSink, bytes: Uint8Array): void {
  sink.reserve(bytes.length);
  sink.bytes.set(bytes, sink.position);
  sink.position += bytes.length;
}

/** Writes the head of an array or map: `short` says less than sixteen itself, `long` in two bytes, the next in four. */
export function writeCount(sink: ByteSink, short: number, long: number, count: number): void {
  if (count < 0x10) put(sink, 1, short + count);
  else if (count < 0x10000) {
    put(sink, 1, long);
    put(sink, 2, count);
  } else writeSized(sink, long - 1, count);
}

/** Writes a head and a number in as many bytes as `size` needs: the head is that of one byte, those of two and four follow. */
export function writeSized(sink: ByteSink, head: number, size: number, value: number = size): void {
  const power = size < 0x100 ? 0 : size < 0x10000 ? 1 : 2;
  put(sink, 1, head + power);
  put(sink, powers[power]!, value);
}

/** Writes a number of that many bytes. */
export function put(sink: ByteSink, width: 1 | 2 | 4, value: number): void {
  sink.reserve(width);
  sink.view[setters[width]](sink.position, value);
  sink.position += width;
}
