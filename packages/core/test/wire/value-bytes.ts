import { ByteSink } from "../../src/wire/byte-sink.js";
import { type ScanLimits, scanValue } from "../../src/wire/scan.js";
import { decodeValue, encodeValue } from "../../src/wire/values.js";

/** The limits that hold unless a test says otherwise. */
export const limits: ScanLimits = { maxDepth: 32, maxNodes: 100_000 };

/** The bytes of a value alone, written behind something else, as in a packet. */
export function encoded(value: unknown, within: ScanLimits = limits): Uint8Array {
  const sink = new ByteSink(16);
  sink.reserve(7);
  sink.position = 7;
  encodeValue(sink, value, within);
  return sink.bytes.slice(7, sink.position);
}

/** Scans bytes as one value; returns where it ends. */
export function scanned(bytes: Uint8Array, within: ScanLimits = limits): number {
  return scanValue(
    bytes,
    new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    0,
    bytes.length,
    within,
  );
}

/** Scans and decodes one value that lies in the middle of a packet, between bytes that would show if they were read. */
export function decoded(bytes: Uint8Array, within: ScanLimits = limits): unknown {
  const before = 5;
  const packet = new Uint8Array(before + bytes.length + 9).fill(0xc1);
  packet.set(bytes, before);
  const view = new DataView(packet.buffer);
  const end = scanValue(packet, view, before, before + bytes.length, within);
  if (end !== before + bytes.length) throw new Error(`value ends at ${end - before} of ${bytes.length}`);
  const value = decodeValue(packet, before, end);
  // What was decoded may not depend on the packet any more.
  packet.fill(0xc1);
  return value;
}

/** There and back again. */
export function roundTrip(value: unknown): unknown {
  return decoded(encoded(value));
}

/** Bytes from hexadecimal, blanks as you like. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replace(/\s/g, "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Several pieces as one. */
export function joined(...pieces: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}
