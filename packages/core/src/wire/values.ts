import type { ByteSink } from "./byte-sink.js";
import { skipValue } from "./heads.js";
import { notPlain } from "./not-plain.js";
import { PlainReader } from "./plain-reader.js";
import { writePlain } from "./plain-values.js";
import { readLarge } from "./read-large.js";
import { Refusal } from "./refusal.js";
import { type ScanLimits, scanValue } from "./scan.js";
import { scanSwitch } from "./scan-switch.js";
import { ValueReader } from "./value-reader.js";
import { ValueWriter } from "./value-writer.js";

/**
 * Writes a value at `sink.position`.
 *
 * @throws RpcError `invalid_argument` for what cannot travel, with the path to it; the sink is then as before.
 */
export function encodeValue(sink: ByteSink, value: unknown, limits: ScanLimits): void {
  const start = sink.position;
  try {
    if (writePlain(sink, value, limits)) return;
  } catch {
    // A getter threw: the general way tells where.
    sink.position = start;
  }
  try {
    new ValueWriter(sink, limits).write(value);
  } catch (error) {
    sink.position = start;
    throw Refusal.from(error).toRpcError();
  }
}

/** The body of a frame that values are read from, one after the other. */
export interface ValueSource {
  readonly bytes: Uint8Array;
  /** Covers exactly `bytes`. */
  readonly view: DataView;
  /** Where the next value begins. */
  position: number;
  /** Where the last one ends at the latest. */
  readonly end: number;
}

const plain = new PlainReader();

/** Reads the next value of a body and goes behind it: scanned before it is decoded, or while. Throws `ProtocolError`. */
export function readValue(source: ValueSource, limits: ScanLimits): unknown {
  const { bytes, position: start, end } = source;
  const value = plain.read(bytes, start, end, limits);
  if (value !== notPlain) {
    source.position = plain.end;
    return value;
  }
  source.position = scanSwitch.on
    ? scanValue(bytes, source.view, start, end, limits)
    : skipValue(bytes, start);
  return decodeValue(bytes, start, source.position);
}

/** Reads an array's values one after the other, without making an array, where they are plain. */
export const parts: Pick<PlainReader, "end" | "open" | "next"> = plain;

// Below this the start of what reads large ones costs more than it saves.
const readByHandBytes = 128;

/**
 * Decodes the scanned value that fills `start..end` exactly.
 *
 * What comes out shares no memory with `bytes`.
 */
export function decodeValue(bytes: Uint8Array, start: number, end: number): unknown {
  return end - start < readByHandBytes ? new ValueReader(bytes, start).read() : readLarge(bytes, start, end);
}
