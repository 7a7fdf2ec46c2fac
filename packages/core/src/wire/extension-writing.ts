import { bigintBytes, maxBigintBytes } from "./bigint.js";
import type { ByteSink } from "./byte-sink.js";
import { bigintCode, typedArrayCode, undefinedCode } from "./extension-codes.js";
import { writeBin } from "./primitives.js";
import { Refusal, refuse } from "./refusal.js";
import { writeTimestamp } from "./timestamp.js";
import { writeTypedArray } from "./typed-array.js";
import { typedArrayKind, typedArrayKinds } from "./typed-array-kinds.js";

/** Writes `undefined`. */
export function writeUndefined(sink: ByteSink): void {
  sink.reserve(3);
  const { bytes, position } = sink;
  bytes[position] = 0xd4;
  bytes[position + 1] = undefinedCode;
  bytes[position + 2] = 0xc0;
  sink.position = position + 3;
}

/** Writes a bigint. Throws `Refusal` for one that is too long. */
export function writeBigint(sink: ByteSink, value: bigint): void {
  const bytes = bigintBytes(value);
  if (bytes === undefined) {
    throw new Refusal(`a bigint of more than ${maxBigintBytes} bytes cannot travel; send a Uint8Array`);
  }
  const payload = openExtension(sink);
  writeBin(sink, bytes);
  closeExtension(sink, payload, bigintCode);
}

/** Writes a `Date`. Throws `Refusal` for an invalid one. */
export function writeDate(sink: ByteSink, date: Date): void {
  const time = Date.prototype.getTime.call(date);
  if (Number.isNaN(time)) throw new Refusal("an invalid Date cannot travel; send null for no date");
  writeTimestamp(sink, time);
}

/**
 * Writes a typed array, or the bytes of a `Uint8Array` or `DataView` as a bin.
 *
 * It is judged by what it holds, whatever its class: a `Buffer` travels as the `Uint8Array` that it is.
 */
export function writeView(sink: ByteSink, view: ArrayBufferView): void {
  const kind = typedArrayKind(view);
  // Throws for a buffer that was transferred away, which would look empty.
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  if (kind === undefined || kind === "Uint8Array") {
    writeBin(sink, bytes);
    return;
  }
  if (!typedArrayKinds.has(kind)) throw refuse(view);
  const payload = openExtension(sink);
  writeTypedArray(sink, kind, bytes);
  closeExtension(sink, payload, typedArrayCode);
}

// Room for the longest head: 0xc9, four bytes of length, the code.
const longestHead = 6;

/** Begins an extension whose payload is written next; returns what `closeExtension` takes. */
export function openExtension(sink: ByteSink): number {
  sink.reserve(longestHead);
  sink.position += longestHead;
  return sink.position;
}

/** Ends the extension whose payload starts at `start`: writes its head and moves the payload up to it. */
export function closeExtension(sink: ByteSink, start: number, code: number): void {
  const { bytes, view } = sink;
  const length = sink.position - start;
  const width = length < 0x100 ? 1 : length < 0x10000 ? 2 : 4;
  const head = start - longestHead;
  bytes[head] = width === 1 ? 0xc7 : width === 2 ? 0xc8 : 0xc9;
  if (width === 1) bytes[head + 1] = length;
  else if (width === 2) view.setUint16(head + 1, length);
  else view.setUint32(head + 1, length);
  bytes[head + 1 + width] = code;
  const payload = head + 2 + width;
  if (payload !== start) bytes.copyWithin(payload, start, sink.position);
  sink.position = payload + length;
}
