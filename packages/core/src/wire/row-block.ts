import { ByteSink } from "./byte-sink.js";
import type { EncodedRow } from "./encode-frame.js";
import type { ScanLimits } from "./scan.js";
import { encodeValue } from "./values.js";

/** Memory that small rows share. A row that waits keeps all of it alive, so it is no more than some twenty rows. */
const sharedBytes = 2048;

/**
 * Encodes events as every subscriber gets them: `[topic, seq, position, at, callId, value]`, once for all.
 *
 * Small rows lie back to back, so that a subscriber's frame is one copy of many. Rows that are kept one by one, as the
 * newest of a key, lie alone: a lone row would keep its neighbours' memory.
 */
export class RowBlock {
  readonly #alone: boolean;
  #sink = new ByteSink(sharedBytes);

  constructor(alone: boolean) {
    this.#alone = alone;
  }

  /** Throws `RpcError` `invalid_argument` for a value that cannot travel. */
  encode(row: readonly unknown[], limits: ScanLimits): EncodedRow {
    const sink = this.#sink;
    const start = sink.position;
    sink.begin();
    encodeValue(sink, row, limits);
    const end = sink.position;
    const shared = !this.#alone && end <= sharedBytes;
    const encoded = shared
      ? sink.bytes.subarray(start, end)
      : new Uint8Array(sink.bytes.subarray(start, end));
    if (!shared) sink.position = start;
    // What does not fit into the rest begins the next one.
    if (end > sharedBytes) this.#sink = new ByteSink(sharedBytes);
    return encoded;
  }
}
