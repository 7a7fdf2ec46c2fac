/** What waits for a consumer, of one subscription. */
export interface Held {
  readonly items: number;
  readonly bytes: number;
}

/** What the server of one subscription may still send: what its consumer takes is granted again, by halves. */
export class SubscriptionCredit {
  readonly #most: Held;
  readonly #grant: (items: number, bytes: number) => void;
  #items: number;
  #bytes: number;
  /** What was consumed and not yet granted again. */
  #takenItems = 0;
  #takenBytes = 0;

  constructor(most: Held, grant: (items: number, bytes: number) => void) {
    this.#most = most;
    this.#grant = grant;
    this.#items = most.items;
    this.#bytes = most.bytes;
  }

  /** Credit for a subscribe frame: what fits beside the items that still wait. */
  get value(): Held {
    return { items: Math.max(this.#items, 0), bytes: Math.max(this.#bytes, 0) };
  }

  /** A session begins while these still wait. */
  begin(held: readonly Held[]): void {
    this.#items = this.#most.items - held.reduce((sum, { items }) => sum + items, 0);
    this.#bytes = this.#most.bytes - held.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#takenItems = 0;
    this.#takenBytes = 0;
  }

  /** The server sent an item. Returns false when it had no credit for it. */
  spend(bytes: number): boolean {
    if (this.#items <= 0 || this.#bytes <= 0) return false;
    this.#items -= 1;
    this.#bytes -= bytes;
    return true;
  }

  /** The consumer took this much. */
  giveBack(items: number, bytes: number): void {
    this.#takenItems += items;
    this.#takenBytes += bytes;
    if (this.#takenItems * 2 < this.#most.items && this.#takenBytes * 2 < this.#most.bytes) return;
    this.#items += this.#takenItems;
    this.#bytes += this.#takenBytes;
    this.#grant(this.#takenItems, this.#takenBytes);
    this.#takenItems = 0;
    this.#takenBytes = 0;
  }
}
