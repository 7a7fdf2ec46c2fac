import { isDeepStrictEqual } from "node:util";
import { ByteSink } from "../../src/wire/byte-sink.js";
import * as compact from "../../src/wire/compact-values.js";
import { ProtocolError } from "../../src/wire/protocol-error.js";
import { type ScanLimits, scanValue } from "../../src/wire/scan.js";
import { decodeValue, encodeValue } from "../../src/wire/values.js";

/** The limits that hold unless a test says otherwise. */
export const limits: ScanLimits = { maxDepth: 32, maxNodes: 100_000 };

/**
 * The bytes of a value alone, written behind something else, as in a packet. What is written for pages must be the same;
 * what is refused there, refused in the same words.
 */
export function encoded(value: unknown, within: ScanLimits = limits): Uint8Array {
  const bytes = outcomeOf(() => encodedBy(encodeValue, value, within));
  const inPages = outcomeOf(() => encodedBy(compact.encodeValue, value, within));
  if (!isDeepStrictEqual(told(inPages), told(bytes)))
    throw new Error(`pages write otherwise: ${told(inPages)} instead of ${told(bytes)}`);
  return given(bytes);
}

/** The same by one writer alone, for values that change when they are read. */
export function encodedBy(
  encode: typeof encodeValue,
  value: unknown,
  within: ScanLimits = limits,
): Uint8Array {
  const sink = new ByteSink(16);
  sink.reserve(7);
  sink.position = 7;
  encode(sink, value, within);
  return sink.bytes.slice(7, sink.position);
}

/** Scans bytes as one value; returns where it ends. What is read for pages must end there, or be refused, as well. */
export function scanned(bytes: Uint8Array, within: ScanLimits = limits): number {
  return scannedIn(bytes, 0, bytes.length, within);
}

/** Scans and decodes one value that lies in the middle of a packet, between bytes that would show if they were read. */
export function decoded(bytes: Uint8Array, within: ScanLimits = limits): unknown {
  const before = 5;
  const packet = new Uint8Array(before + bytes.length + 9).fill(0xc1);
  packet.set(bytes, before);
  const end = scannedIn(packet, before, before + bytes.length, within);
  if (end !== before + bytes.length) throw new Error(`value ends at ${end - before} of ${bytes.length}`);
  const value = decodeValue(packet, before, end);
  const inPages = readByPage(packet, before, end, within).value;
  // What was decoded may not depend on the packet any more.
  packet.fill(0xc1);
  if (!isDeepStrictEqual(inPages, value)) throw new Error("pages read something else");
  return value;
}

function scannedIn(bytes: Uint8Array, start: number, limit: number, within: ScanLimits): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = outcomeOf(() => scanValue(bytes, view, start, limit, within));
  const inPages = outcomeOf(() => readByPage(bytes, start, limit, within).end);
  const same =
    "error" in end
      ? "error" in inPages && inPages.error instanceof ProtocolError
      : "value" in inPages && inPages.value === end.value;
  if (!same) throw new Error(`pages read otherwise: ${told(inPages)} instead of ${told(end)}`);
  return given(end);
}

function readByPage(bytes: Uint8Array, start: number, limit: number, within: ScanLimits) {
  const source = { bytes, view: undefined as never, position: start, end: limit };
  const value = compact.readValue(source, within);
  return { value, end: source.position };
}

type Outcome<Value> = { readonly value: Value } | { readonly error: unknown };

function outcomeOf<Value>(run: () => Value): Outcome<Value> {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

function told(outcome: Outcome<unknown>): string {
  // What an engine says of its own functions depends on which was called.
  if ("error" in outcome)
    return String(outcome.error).replace(/reading it failed: Method .*/, "reading it failed");
  return String(outcome.value);
}

function given<Value>(outcome: Outcome<Value>): Value {
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
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
