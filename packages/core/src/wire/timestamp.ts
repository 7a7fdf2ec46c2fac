import type { ByteSink } from "./byte-sink.js";
import { timestampCode } from "./extension-codes.js";
import { ProtocolError } from "./protocol-error.js";
import { readLength } from "./read-length.js";

const lastSecond = 8.64e12;
const nanosPerMs = 1_000_000;
const nanosPerSecond = 1_000_000_000;

/**
 * Checks the payload of a timestamp: 4 bytes of seconds, 8 with nanoseconds in 30 bits, or 12 with signed seconds.
 *
 * A time that `Date` cannot hold is refused. Below a millisecond `Date` holds nothing either; that part is dropped.
 */
export function checkTimestamp(bytes: Uint8Array, start: number, end: number): void {
  const length = end - start;
  if (length !== 4 && length !== 8 && length !== 12) {
    throw new ProtocolError(`expected a timestamp of 4, 8 or 12 bytes, got ${length}`);
  }
  const nanos = nanosOf(bytes, start, end);
  if (nanos >= nanosPerSecond) {
    throw new ProtocolError(`expected less than ${nanosPerSecond} nanoseconds, got ${nanos}`);
  }
  const seconds = secondsOf(bytes, start, end);
  if (seconds < -lastSecond || seconds > lastSecond || (seconds === lastSecond && nanos > 0)) {
    throw new ProtocolError(`timestamp of ${seconds} seconds is beyond what a Date can hold`);
  }
}

/** Reads a checked payload. */
export function readTimestamp(bytes: Uint8Array, start: number, end: number): Date {
  const ms = Math.floor(nanosOf(bytes, start, end) / nanosPerMs);
  return new Date(secondsOf(bytes, start, end) * 1000 + ms);
}

/** Writes a `Date`'s time, which must be valid, in the shortest of the three forms. */
export function writeTimestamp(sink: ByteSink, time: number): void {
  const seconds = Math.floor(time / 1000);
  const nanos = (time - seconds * 1000) * nanosPerMs;
  sink.reserve(15);
  const { view, position } = sink;
  if (seconds < 0 || seconds >= 2 ** 34) {
    writeHead(sink, 0xc7, 12);
    view.setUint32(position + 3, nanos);
    view.setBigInt64(position + 7, BigInt(seconds));
    sink.position = position + 15;
  } else if (nanos === 0 && seconds < 2 ** 32) {
    writeHead(sink, 0xd6, timestampCode);
    view.setUint32(position + 2, seconds);
    sink.position = position + 6;
  } else {
    writeHead(sink, 0xd7, timestampCode);
    view.setUint32(position + 2, nanos * 4 + Math.floor(seconds / 2 ** 32));
    view.setUint32(position + 6, seconds % 2 ** 32);
    sink.position = position + 10;
  }
}

function nanosOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start === 4) return 0;
  const first = readLength(bytes, start, 4);
  return end - start === 8 ? Math.floor(first / 4) : first;
}

function secondsOf(bytes: Uint8Array, start: number, end: number): number {
  const low = readLength(bytes, end - 4, 4);
  if (end - start === 4) return low;
  const high = readLength(bytes, end - 8, 4);
  return (end - start === 8 ? high % 4 : high | 0) * 2 ** 32 + low;
}

function writeHead(sink: ByteSink, head: number, second: number): void {
  sink.bytes[sink.position] = head;
  sink.bytes[sink.position + 1] = second;
  if (head === 0xc7) sink.bytes[sink.position + 2] = timestampCode;
}
