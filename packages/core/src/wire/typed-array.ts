import type { ByteSink } from "./byte-sink.js";
import { binKind, kindOf, sizeOf, stringKind, widthOf } from "./heads.js";
import { writeBin, writeString } from "./primitives.js";
import { ProtocolError } from "./protocol-error.js";
import { readLength } from "./read-length.js";
import { typedArrayKinds } from "./typed-array-kinds.js";

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Checks the payload of a typed array: `[kind, bin]`, the bin a whole number of elements. */
export function checkTypedArray(bytes: Uint8Array, start: number, end: number): void {
  const payload = locate(bytes, start, end);
  if (payload === undefined) throw new ProtocolError("expected [kind, bin] as the payload of a typed array");
  const make = typedArrayKinds.get(payload.kind);
  if (make === undefined) {
    throw new ProtocolError(
      `expected one of ${[...typedArrayKinds.keys()].join(", ")}, got a kind of ${payload.kind.length} bytes`,
    );
  }
  if ((end - payload.data) % make.BYTES_PER_ELEMENT !== 0) {
    throw new ProtocolError(`${end - payload.data} bytes are no whole ${payload.kind}`);
  }
}

/** Reads a checked payload into memory of its own. */
export function readTypedArray(bytes: Uint8Array, start: number, end: number): ArrayBufferView {
  const { kind, data } = locate(bytes, start, end)!;
  const make = typedArrayKinds.get(kind)!;
  // Of its own also because a view must begin at a multiple of its element's size.
  const copy = new Uint8Array(end - data);
  copy.set(bytes.subarray(data, end));
  if (!hostIsLittleEndian) reverseElements(copy, make.BYTES_PER_ELEMENT);
  return new make(copy.buffer);
}

/** Writes the payload for `elements`, the bytes of a typed array of that kind. */
export function writeTypedArray(sink: ByteSink, kind: string, elements: Uint8Array): void {
  sink.reserve(1);
  sink.bytes[sink.position++] = 0x92;
  writeString(sink, kind);
  writeBin(sink, elements);
  if (hostIsLittleEndian) return;
  const written = sink.bytes.subarray(sink.position - elements.length, sink.position);
  reverseElements(written, typedArrayKinds.get(kind)!.BYTES_PER_ELEMENT);
}

/** Turns big-endian elements into little-endian ones in place, and back. */
export function reverseElements(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

function locate(bytes: Uint8Array, start: number, end: number): { kind: string; data: number } | undefined {
  const name = locateString(bytes, start, end);
  if (name === undefined) return undefined;
  const head = bytes[name.end]!;
  const data = name.end + 1 + widthOf[head]!;
  if (kindOf[head] !== binKind || data > end) return undefined;
  if (data + readLength(bytes, name.end + 1, widthOf[head]!) !== end) return undefined;
  let kind = "";
  for (let at = name.start; at < name.end; at++) kind += String.fromCharCode(bytes[at]!);
  return { kind, data };
}

// The first of two elements; ends before `end`, so that a head can follow.
function locateString(
  bytes: Uint8Array,
  start: number,
  end: number,
): { start: number; end: number } | undefined {
  if (end - start < 3 || bytes[start] !== 0x92) return undefined;
  const head = bytes[start + 1]!;
  const width = widthOf[head]!;
  // The longest name has 17 bytes: one byte of length is enough.
  if (kindOf[head] !== stringKind || width > 1) return undefined;
  const length = width === 0 ? sizeOf[head]! : bytes[start + 2]!;
  const name = start + 2 + width;
  return name + length < end ? { start: name, end: name + length } : undefined;
}
