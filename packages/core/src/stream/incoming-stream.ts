import { RpcError } from "../errors.js";
import type { Credit, StreamItem } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";

export interface IncomingStreamOptions {
  /** Whose stream it is, for messages: `Quotes.ticks`. */
  readonly name: string;
  /** What the sender may send ahead, and so the most that ever waits here. */
  readonly credit: Credit;
  /** It is iterated: the first and only time. */
  started(): void;
  /** The program left the loop before the end. */
  left(): void;
}

interface Waiter {
  resolve(result: IteratorResult<unknown, undefined>): void;
  reject(error: unknown): void;
}

const over = { done: true, value: undefined } as const;

/**
 * The receiving end of a stream: a bounded queue between the read loop and the program, iterated once.
 *
 * The bound is the credit given to the sender: what the program has taken is granted again, by halves.
 */
export class IncomingStream implements AsyncIterable<unknown>, AsyncIterator<unknown, undefined> {
  readonly #options: IncomingStreamOptions;
  #queue: StreamItem[] = [];
  /** Programs may ask for several items ahead; each waits its turn. */
  #waiters: Waiter[] = [];
  #state: "open" | "ended" | "left" = "open";
  #failure: { readonly error: unknown } | undefined;
  #started = false;
  #grant: ((credit: Credit) => void) | undefined;
  /** Place of the next item, modulo 2³². */
  #next = 0;
  #received = 0;
  /** What the sender may still send. */
  #creditItems = 0;
  #creditBytes = 0;
  /** What was taken and not yet granted again. */
  #takenItems = 0;
  #takenBytes = 0;

  constructor(options: IncomingStreamOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** Index of the last item that came; −1 before the first. All of them reach the program before the end does. */
  get lastIndex(): number {
    return this.#received - 1;
  }

  /** Items that wait for the program. */
  get queued(): number {
    return this.#queue.length;
  }

  /**
   * Gives it a sender: returns the first credit, to be told to that. `grant` tells more, what the program has taken.
   *
   * It may be opened again, for a call that never ran and is sent once more, until the first item came. Throws `RpcError`.
   */
  open(grant: (credit: Credit) => void): Credit {
    const { credit, name } = this.#options;
    if (this.#received > 0)
      throw new RpcError("failed_precondition", `${name}: a stream cannot be called again after items came`, {
        outcome: "not-executed",
      });
    this.#grant = grant;
    this.#creditItems = credit.items;
    this.#creditBytes = credit.bytes;
    return credit;
  }

  /** Takes items off the wire. Throws `ProtocolError` for items out of order or without credit. */
  items(index: number, items: readonly StreamItem[]): void {
    if (index !== this.#next)
      throw new ProtocolError(`item ${index} of a stream, ${this.#next} was expected`);
    this.#next = (index + items.length) >>> 0;
    this.#received += items.length;
    for (const item of items) {
      if (this.#creditItems <= 0 || this.#creditBytes <= 0)
        throw new ProtocolError("items of a stream without credit");
      this.#creditItems -= 1;
      this.#creditBytes -= item.bytes;
      this.#offer(item);
    }
  }

  /** It is over; with a failure, the program gets that after what still waits. Only the first end counts. */
  end(failure: { readonly error: unknown } | undefined): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#failure = failure;
    for (const waiter of this.#waiters.splice(0)) {
      if (this.#failure === undefined) waiter.resolve(over);
      else this.#fail(waiter);
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown, undefined> {
    if (this.#started) {
      throw new RpcError(
        "failed_precondition",
        `${this.#options.name}: a stream is iterated once; ask for another`,
        { outcome: "not-executed" },
      );
    }
    this.#started = true;
    this.#options.started();
    return this;
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    const item = this.#queue.shift();
    if (item !== undefined) {
      this.#taken(item);
      return Promise.resolve({ done: false, value: item.value });
    }
    return new Promise((resolve, reject) => {
      if (this.#state === "open") this.#waiters.push({ resolve, reject });
      else if (this.#failure !== undefined) this.#fail({ resolve, reject });
      else resolve(over);
    });
  }

  /** Leaves the loop: what waits is dropped, and the sender is told. */
  async return(): Promise<IteratorResult<unknown, undefined>> {
    const wasOpen = this.#state === "open";
    this.#state = "left";
    this.#failure = undefined;
    this.#queue = [];
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(over);
    if (wasOpen) this.#options.left();
    return over;
  }

  // Who left or was cancelled gets nothing more, though items may still be on the wire.
  #offer(item: StreamItem): void {
    if (this.#state !== "open") return;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) {
      this.#queue.push(item);
      return;
    }
    this.#taken(item);
    waiter.resolve({ done: false, value: item.value });
  }

  // Told once; who asks again gets the end.
  #fail(waiter: Waiter): void {
    const failure = this.#failure;
    this.#failure = undefined;
    waiter.reject(failure?.error);
  }

  #taken({ bytes }: StreamItem): void {
    if (this.#state !== "open") return;
    this.#takenItems += 1;
    this.#takenBytes += bytes;
    const { credit } = this.#options;
    if (this.#takenItems * 2 < credit.items && this.#takenBytes * 2 < credit.bytes) return;
    const items = this.#takenItems;
    const taken = this.#takenBytes;
    this.#creditItems += items;
    this.#creditBytes += taken;
    this.#takenItems = 0;
    this.#takenBytes = 0;
    this.#grant?.({ items, bytes: taken });
  }
}
