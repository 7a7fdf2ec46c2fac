/**
 * `values.ts` for pages: the same in less code. Bundlers for browsers take it by the name `#values`.
 */
import type { ByteSink } from "./byte-sink.js";
import { CompactReader } from "./compact-reader.js";
import { CompactWriter } from "./compact-writer.js";
import { notPlain } from "./not-plain.js";
import { Refusal } from "./refusal.js";
import type { ScanLimits } from "./scan.js";
import type { ValueSource } from "./values.js";

/** Writes a value at `sink.position`. Throws as that of `values.ts` does. */
export function encodeValue(sink: ByteSink, value: unknown, limits: ScanLimits): void {
  const start = sink.position;
  try {
    new CompactWriter(sink, limits).write(value);
  } catch (error) {
    sink.position = start;
    throw Refusal.from(error).toRpcError();
  }
}

/** Reads the next value of a body and goes behind it. Throws `ProtocolError`. */
export function readValue(source: ValueSource, limits: ScanLimits): unknown {
  const reader = new CompactReader(source.bytes, source.position, source.end, limits);
  const value = reader.read();
  source.position = reader.at;
  return value;
}

/** No array is read in parts: that is for speed. */
export const parts = { end: 0, open: () => false, next: () => notPlain };
