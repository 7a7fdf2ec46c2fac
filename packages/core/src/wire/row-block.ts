import { ByteSink } from "./byte-sink.js";
import type { EncodedRow } from "./encode-frame.js";
import { writePlain } from "./plain-values.js";
import type { ScanLimits } from "./scan.js";
import { encodeValue } from "./values.js";

/** Memory that small rows share, by what keeps them. */
const sharedBytes = {
  // Each subscriber's queue keeps rows of its own choice, and each of them all of its block.
  queue: 2 * 1024,
  // A history keeps rows in order, so but for the oldest few every block in it is full of rows that are kept.
  history: 16 * 1024,
  // As the newest of a key, a row would keep its neighbours' memory for as long as nothing replaces it.
  alone: 0,
} as const;

/** Room to begin with where rows lie alone; it is kept for the next row. */
const scratchBytes = 2 * 1024;

/**
 * Encodes events as every subscriber gets them: `[topic, seq, position, at, callId, value]`, once for all.
 *
 * Small rows lie back to back, so that a subscriber's frame is one copy of many.
 */
export class RowBlock {
  readonly #sharedBytes: number;
  readonly #limits: ScanLimits;
  /** Of the value, one level inside the row and beside five others. */
  readonly #valueLimits: ScanLimits;
  /** Made when it is needed: most events of a large service are quiet. */
  #sink: ByteSink | undefined;

  constructor(kept: keyof typeof sharedBytes, limits: ScanLimits) {
    this.#sharedBytes = sharedBytes[kept];
    this.#limits = limits;
    this.#valueLimits = { maxDepth: limits.maxDepth - 1, maxNodes: limits.maxNodes - 6 };
  }

  /** Throws `RpcError` `invalid_argument` for a value that cannot travel. */
  encode(row: readonly unknown[]): EncodedRow {
    this.#sink ??= new ByteSink(this.#sharedBytes || scratchBytes);
    const sink = this.#sink;
    const start = sink.position;
    sink.begin();
    if (!this.#writeUsual(sink, row)) {
      sink.position = start;
      encodeValue(sink, row, this.#limits);
    }
    const { bytes, position: end } = sink;
    const length = end - start;
    if (bytes.length <= this.#sharedBytes) {
      // As long as this one is a fair guess of the next, which had to be copied if it did not fit.
      if (end + length > this.#sharedBytes) this.#sink = undefined;
      return { bytes, start, length };
    }
    sink.position = start;
    // Memory that has grown, as it was too small or full, is not kept.
    if (bytes.length > scratchBytes) this.#sink = undefined;
    return { bytes: bytes.slice(start, end), start: 0, length };
  }

  // The head by hand and the value by its writer: together half the price of a general array. What is unusual in the head,
  // or cannot travel, is left to the general way, which tells what is wrong.
  #writeUsual(sink: ByteSink, row: readonly unknown[]): boolean {
    sink.reserve(1);
    sink.bytes[sink.position++] = 0x90 + row.length;
    const last = row.length - 1;
    for (let index = 0; index < last; index++) if (!writePlain(sink, row[index], this.#limits)) return false;
    try {
      encodeValue(sink, row[last], this.#valueLimits);
      return true;
    } catch {
      return false;
    }
  }
}
