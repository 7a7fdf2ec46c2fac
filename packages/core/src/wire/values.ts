import { readLarge } from "#read-large";
import type { ByteSink } from "./byte-sink.js";
import { writePlain } from "./plain-values.js";
import { Refusal } from "./refusal.js";
import type { ScanLimits } from "./scan.js";
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
