import type { ByteSink } from "./byte-sink.js";
import { Refusal } from "./refusal.js";
import { utf8Room, writeShortAscii, writeUtf8 } from "./utf8.js";

const highestInteger = 2 ** 53;

/** Writes null or a boolean. */
export function writeConstant(sink: ByteSink, value: boolean | null): void {
  sink.reserve(1);
  sink.bytes[sink.position++] = value === null ? 0xc0 : value ? 0xc3 : 0xc2;
}

/** Writes an integer up to 2^53 in its shortest form, other numbers as float 64; -0 and NaN stay what they are. */
export function writeNumber(sink: ByteSink, value: number): void {
  sink.reserve(9);
  const { bytes, view, position: at } = sink;
  if ((value | 0) === value && (value !== 0 || Object.is(value, 0))) {
    sink.position = at + writeInt32(bytes, view, at, value);
  } else if (value !== 0 && Number.isInteger(value) && Math.abs(value) <= highestInteger) {
    sink.position = at + writeLargeInteger(view, at, value);
  } else {
    bytes[at] = 0xcb;
    view.setFloat64(at + 1, value);
    sink.position = at + 9;
  }
}

/** Writes a string. Throws `Refusal` for one that is no well-formed Unicode. */
export function writeString(sink: ByteSink, value: string): void {
  const { length } = value;
  const start = sink.position;
  const body = start + headBytes(length);
  sink.reserve(5 + length);
  if (writeShortAscii(sink.bytes, body, value)) {
    writeStringHead(sink, length);
    sink.position = body + length;
    return;
  }
  sink.reserve(5 + utf8Room(value));
  const written = writeUtf8(sink.bytes, body, value);
  if (written < 0) {
    throw new Refusal(
      "a string with a lone surrogate cannot travel; make it well-formed, such as by toWellFormed()",
    );
  }
  // More bytes than characters may need a longer head than was left free.
  const shift = headBytes(written) - headBytes(length);
  if (shift > 0) sink.bytes.copyWithin(body + shift, body, body + written);
  writeStringHead(sink, written);
  sink.position = body + shift + written;
}

/** Writes bytes. */
export function writeBin(sink: ByteSink, value: Uint8Array): void {
  sink.reserve(5 + value.length);
  writeLength(sink, 0xc4, value.length);
  sink.bytes.set(value, sink.position);
  sink.position += value.length;
}

/** Writes the head of an array; as many values follow. */
export function writeArrayHead(sink: ByteSink, length: number): void {
  sink.reserve(5);
  if (length < 0x10) sink.bytes[sink.position++] = 0x90 + length;
  else writeLongCount(sink, 0xdc, length);
}

/** Writes the head of a map that will hold at most `atMost` entries. */
export function writeMapHead(sink: ByteSink, atMost: number): void {
  sink.reserve(5);
  if (atMost < 0x10) sink.bytes[sink.position++] = 0x80 + atMost;
  else writeLongCount(sink, 0xde, atMost);
}

/** Corrects the head at `at` to `count`, which is less than `atMost` was; its length stays. */
export function correctMapHead(sink: ByteSink, at: number, atMost: number, count: number): void {
  if (atMost < 0x10) sink.bytes[at] = 0x80 + count;
  else if (atMost < 0x10000) sink.view.setUint16(at + 1, count);
  else sink.view.setUint32(at + 1, count);
}

function writeInt32(bytes: Uint8Array, view: DataView, at: number, value: number): number {
  if (value >= -0x20 && value < 0x80) {
    bytes[at] = value;
    return 1;
  }
  if (value >= -0x80 && value < 0x100) {
    bytes[at] = value < 0 ? 0xd0 : 0xcc;
    bytes[at + 1] = value;
    return 2;
  }
  if (value >= -0x8000 && value < 0x10000) {
    bytes[at] = value < 0 ? 0xd1 : 0xcd;
    view.setUint16(at + 1, value);
    return 3;
  }
  bytes[at] = value < 0 ? 0xd2 : 0xce;
  view.setUint32(at + 1, value);
  return 5;
}

// Beyond int32.
function writeLargeInteger(view: DataView, at: number, value: number): number {
  if (value > 0 && value < 2 ** 32) {
    view.setUint8(at, 0xce);
    view.setUint32(at + 1, value);
    return 5;
  }
  const high = Math.floor(value / 2 ** 32);
  view.setUint8(at, value < 0 ? 0xd3 : 0xcf);
  view.setUint32(at + 1, high);
  view.setUint32(at + 5, value - high * 2 ** 32);
  return 9;
}

function headBytes(length: number): number {
  if (length < 0x20) return 1;
  if (length < 0x100) return 2;
  return length < 0x10000 ? 3 : 5;
}

function writeStringHead(sink: ByteSink, length: number): void {
  if (length < 0x20) sink.bytes[sink.position++] = 0xa0 + length;
  else writeLength(sink, 0xd9, length);
}

// Lengths of strings and bins: `head` is the one with a single byte.
function writeLength(sink: ByteSink, head: number, length: number): void {
  const { bytes, view, position: at } = sink;
  if (length < 0x100) {
    bytes[at] = head;
    bytes[at + 1] = length;
    sink.position = at + 2;
  } else if (length < 0x10000) {
    bytes[at] = head + 1;
    view.setUint16(at + 1, length);
    sink.position = at + 3;
  } else {
    bytes[at] = head + 2;
    view.setUint32(at + 1, length);
    sink.position = at + 5;
  }
}

// Counts of arrays and maps: `head` is the one with two bytes.
function writeLongCount(sink: ByteSink, head: number, count: number): void {
  const { bytes, view, position: at } = sink;
  if (count < 0x10000) {
    bytes[at] = head;
    view.setUint16(at + 1, count);
    sink.position = at + 3;
  } else {
    bytes[at] = head + 1;
    view.setUint32(at + 1, count);
    sink.position = at + 5;
  }
}
