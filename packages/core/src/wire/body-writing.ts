import type { ByteSink } from "./byte-sink.js";
import { noDeadline } from "./call-frames.js";

/** Writes a number of 8 bits. */
export function writeUint8(sink: ByteSink, value: number): void {
  sink.reserve(1);
  sink.view.setUint8(sink.position, value);
  sink.position += 1;
}

/** Writes a number of 16 bits. */
export function writeUint16(sink: ByteSink, value: number): void {
  sink.reserve(2);
  sink.view.setUint16(sink.position, value);
  sink.position += 2;
}

/** Writes a number of 32 bits. */
export function writeUint32(sink: ByteSink, value: number): void {
  sink.reserve(4);
  sink.view.setUint32(sink.position, value);
  sink.position += 4;
}

/** Writes the body of a frame that has nothing but an id. */
export function writeId(sink: ByteSink, { id }: { readonly id: number }): void {
  writeUint32(sink, id);
}

/** Writes values that are encoded already. */
export function writeEncoded(sink: ByteSink, bytes: Uint8Array): void {
  sink.reserve(bytes.length);
  sink.bytes.set(bytes, sink.position);
  sink.position += bytes.length;
}

/** Writes the milliseconds left. A deadline far away is none: 2^32 ms are seven weeks. */
export function writeTimeLeft(sink: ByteSink, timeLeftMs: number): void {
  writeUint32(sink, Math.min(Math.max(Math.ceil(timeLeftMs), 0), noDeadline));
}
