/** What a budget may ask to let something go. */
export interface Evictable {
  readonly size: number;
  readonly bytes: number;
  evictOldest(): void;
}

/** Bytes that all events of one server keep for later: histories, and the current values of keys. */
export class HistoryBudget {
  readonly #maxBytes: number;
  readonly #histories: Evictable[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  addHistory(history: Evictable): void {
    this.#histories.push(history);
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  remove(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** Makes room for `more` bytes, at the cost of the largest history. False: nothing is left to let go. */
  trim(more = 0): boolean {
    while (this.#bytes + more > this.#maxBytes) {
      const largest = this.#histories.reduce<Evictable | undefined>(
        (most, next) => (next.bytes > (most?.bytes ?? 0) ? next : most),
        undefined,
      );
      if (largest === undefined) return false;
      largest.evictOldest();
    }
    return true;
  }
}
