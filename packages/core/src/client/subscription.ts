import { RpcError } from "../errors.js";
import type { EventRow, GapFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { EventItem, Gap } from "./event-item.js";
import type { Subscription } from "./remote-event.js";

interface Waiting {
  readonly item: EventItem<unknown>;
  readonly bytes: number;
}

export interface LiveSubscriptionOptions {
  readonly service: string;
  readonly event: string;
  readonly prefix: string;
  readonly creditItems: number;
  readonly creditBytes: number;
  readonly listener: ((item: EventItem<unknown>) => unknown) | undefined;
  /** Returns credit to the server. */
  grant(items: number, bytes: number): void;
  /** It ended by the program's wish: tell the server. */
  left(): void;
}

/**
 * One subscription as the program holds it: a bounded queue between the read loop and a consumer.
 *
 * The bound is the credit given to the server: what the consumer has taken is granted again, by halves.
 */
export class LiveSubscription implements Subscription<unknown> {
  readonly prefix: string;
  readonly closed: Promise<void>;
  readonly #options: LiveSubscriptionOptions;
  #queue: Waiting[] = [];
  #state: "open" | "ended" = "open";
  #failure: unknown;
  #wake: (() => void) | undefined;
  #busy = false;
  /** What the server may still send. */
  #creditItems: number;
  #creditBytes: number;
  /** What was consumed and not yet granted again. */
  #takenItems = 0;
  #takenBytes = 0;
  /** Newest sequence number of each topic: what a reset is reported from. */
  readonly #seen = new Map<string, number>();
  #settleClosed!: { resolve(): void; reject(reason: unknown): void };

  constructor(options: LiveSubscriptionOptions) {
    this.#options = options;
    this.prefix = options.prefix;
    this.#creditItems = options.creditItems;
    this.#creditBytes = options.creditBytes;
    this.closed = new Promise((resolve, reject) => {
      this.#settleClosed = { resolve, reject };
    });
    // Who does not look at `closed` learns of the end from the loop or the listener.
    this.closed.catch(() => {});
  }

  get name(): string {
    return `${this.#options.service}.${this.#options.event}`;
  }

  get open(): boolean {
    return this.#state === "open";
  }

  /** Items that wait for the consumer. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Takes events off the wire. Throws `ProtocolError` when the server had no credit for them. */
  events(kind: "live" | "replay" | "snapshot", rows: readonly EventRow[]): void {
    for (const { bytes, callId, ...row } of rows) {
      this.#spend(bytes);
      this.#seen.set(row.topic, row.seq);
      this.#add({ kind, ...row, ...(callId === undefined ? {} : { callId }) }, bytes);
    }
  }

  /** Takes a gap off the wire. */
  gap({ topic, from, to, reason }: GapFrame): void {
    this.#spend(0);
    if (to !== null) this.#seen.set(topic, to);
    this.#add({ kind: "gap", topic, from, to, reason }, 0);
  }

  /** The server of the items so far is gone, and with it what it published since: one gap for each topic seen. */
  reset(reason: Gap["reason"]): void {
    this.#creditItems =
      this.#options.creditItems - this.#queue.filter(({ item }) => costsCredit(item)).length;
    this.#creditBytes = this.#options.creditBytes - this.#queue.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#takenItems = 0;
    this.#takenBytes = 0;
    const seen = [...this.#seen];
    this.#seen.clear();
    for (const [topic, seq] of seen) this.#add({ kind: "gap", topic, from: seq + 1, to: null, reason }, 0);
  }

  /** Credit for a subscribe frame: what fits beside the items that still wait. */
  get credit(): { readonly items: number; readonly bytes: number } {
    return { items: Math.max(this.#creditItems, 0), bytes: Math.max(this.#creditBytes, 0) };
  }

  /** Ends it from the other side; with a reason, the consumer gets that after what still waits. */
  end(reason: unknown): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#failure = reason;
    if (reason === undefined) {
      this.#queue = [];
      this.#settleClosed.resolve();
    } else {
      this.#settleClosed.reject(reason);
    }
    this.#wake?.();
  }

  async unsubscribe(): Promise<void> {
    if (this.#state === "ended") return;
    this.end(undefined);
    this.#options.left();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unsubscribe();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EventItem<unknown>, void, void> {
    if (this.#options.listener !== undefined) {
      throw new RpcError(
        "failed_precondition",
        `${this.name}: this subscription has a listener; subscribe without one to iterate`,
        {
          outcome: "not-executed",
        },
      );
    }
    try {
      for (;;) {
        const waiting = this.#queue.shift();
        if (waiting !== undefined) {
          this.#taken(waiting);
          yield waiting.item;
        } else if (this.#state === "open") {
          await this.#more();
        } else if (this.#failure !== undefined) {
          throw this.#failure;
        } else return;
      }
    } finally {
      await this.unsubscribe();
    }
  }

  async *values(options: { onGap?(gap: Gap): void } = {}): AsyncGenerator<unknown, void, void> {
    for await (const item of this) {
      if (item.kind === "gap") {
        if (options.onGap === undefined) throw lostEvents(this.name, item);
        options.onGap(item);
      } else if (item.kind !== "removed") yield item.value;
    }
  }

  #spend(bytes: number): void {
    if (this.#creditItems <= 0 || this.#creditBytes <= 0)
      throw new ProtocolError(`events of ${this.name} without credit`);
    this.#creditItems -= 1;
    this.#creditBytes -= bytes;
  }

  #add(item: EventItem<unknown>, bytes: number): void {
    if (this.#state === "ended") return;
    this.#queue.push({ item, bytes });
    if (this.#options.listener !== undefined) this.#listen();
    else this.#wake?.();
  }

  // Items go to the listener one at a time; a promise it returns holds back the next, and its credit.
  #listen(): void {
    while (!this.#busy && this.#state === "open") {
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      try {
        const result = this.#options.listener?.(waiting.item);
        if (isThenable(result)) {
          this.#busy = true;
          result.then(
            () => this.#listened(waiting),
            (error: unknown) => this.#listenerFailed(error),
          );
          return;
        }
      } catch (error) {
        this.#listenerFailed(error);
        return;
      }
      this.#taken(waiting);
    }
  }

  #listened(waiting: Waiting): void {
    this.#busy = false;
    this.#taken(waiting);
    this.#listen();
  }

  #listenerFailed(error: unknown): void {
    if (this.#state === "ended") return;
    this.#queue = [];
    this.end(error ?? new RpcError("aborted", `the listener of ${this.name} failed`));
    this.#options.left();
  }

  #taken({ item, bytes }: Waiting): void {
    if (this.#state === "ended" || !costsCredit(item)) return;
    this.#takenItems += 1;
    this.#takenBytes += bytes;
    const { creditItems, creditBytes } = this.#options;
    if (this.#takenItems * 2 < creditItems && this.#takenBytes * 2 < creditBytes) return;
    this.#creditItems += this.#takenItems;
    this.#creditBytes += this.#takenBytes;
    this.#options.grant(this.#takenItems, this.#takenBytes);
    this.#takenItems = 0;
    this.#takenBytes = 0;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      // Two loops may wait: the second must not leave the first asleep.
      const others = this.#wake;
      this.#wake = () => {
        this.#wake = undefined;
        others?.();
        resolve();
      };
    });
  }
}

// Gaps that a reset put into the queue came from no server: they neither take credit nor return any.
function costsCredit(item: EventItem<unknown>): boolean {
  return item.kind !== "gap" || item.to !== null;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as PromiseLike<unknown>).then === "function"
  );
}

function lostEvents(name: string, gap: Gap): RpcError {
  const range = gap.to === null ? `from ${gap.from} on` : `${gap.from} to ${gap.to}`;
  return new RpcError(
    "data_loss",
    `${name}: events ${range} of ${gap.topic} are lost (${gap.reason}); pass onGap to values() to go on after a gap`,
    {
      details: gap,
    },
  );
}
