import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import { isThenable } from "../is-thenable.js";
import type { Logger } from "../logger.js";
import type { EventKind, EventRow, GapFrame, SubscribedFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { Arrivals } from "./arrivals.js";
import type { EventItem, Gap } from "./event-item.js";
import { type Freshness, FreshnessWatch } from "./freshness.js";
import type { EventPosition, SubscribeOptions, Subscription } from "./remote-event.js";
import { type Held, SubscriptionCredit } from "./subscription-credit.js";
import { toEventItem } from "./to-event-item.js";

interface Waiting {
  readonly item: EventItem<unknown>;
  readonly bytes: number;
  /** Credit it cost: none for what this side put here itself. */
  readonly items: 0 | 1;
  /** Start of the server it came from. */
  readonly epoch: string;
}

type Listener = (item: EventItem<unknown>) => unknown;

export interface LiveSubscriptionOptions {
  readonly service: string;
  readonly event: string;
  readonly prefix: string;
  readonly creditItems: number;
  readonly creditBytes: number;
  readonly listener: Listener | undefined;
  readonly from: NonNullable<SubscribeOptions["from"]>;
  /** Returns credit to the server. */
  grant(items: number, bytes: number): void;
  /** It ended by the program's wish: tell the server. */
  left(): void;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * One subscription as the program holds it: a bounded queue between the read loop and a consumer.
 *
 * The bound is the credit given to the server.
 */
export class LiveSubscription implements Subscription<unknown> {
  readonly prefix: string;
  readonly closed: Promise<void>;
  readonly freshnessWatch: FreshnessWatch;
  readonly #options: LiveSubscriptionOptions;
  #queue: Waiting[] = [];
  #state: "open" | "ended" = "open";
  #failure: unknown;
  #wake: (() => void) | undefined;
  /** Whether a loop takes its items. */
  #iterated = false;
  /** What the listener has not finished. */
  #busy: Waiting | undefined;
  readonly #credit: SubscriptionCredit;
  readonly #arrivals: Arrivals;
  /** Start of the server and position of the newest item that the program was given. */
  #takenEpoch = "";
  #taken = 0;
  #settleClosed!: { resolve(): void; reject(reason: unknown): void };

  constructor(options: LiveSubscriptionOptions) {
    this.#options = options;
    this.prefix = options.prefix;
    this.#arrivals = new Arrivals(options.prefix, options.from);
    this.freshnessWatch = new FreshnessWatch({
      clock: options.clock,
      logger: options.logger,
      name: `${options.service}.${options.event}`,
    });
    const { creditItems, creditBytes } = options;
    this.#credit = new SubscriptionCredit({ items: creditItems, bytes: creditBytes }, options.grant);
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

  get mode(): SubscribedFrame["mode"] {
    return this.#arrivals.mode;
  }

  get cadenceMs(): number | undefined {
    return this.freshnessWatch.cadenceMs;
  }

  get freshness(): Freshness {
    return this.freshnessWatch.state;
  }

  onFreshness(listener: (freshness: Freshness) => void): () => void {
    return this.freshnessWatch.add(listener);
  }

  freshnessOf(topic: string): Freshness {
    return this.freshnessWatch.of(topic);
  }

  get position(): EventPosition {
    return { epoch: this.#takenEpoch, position: this.#taken };
  }

  /** Items that wait for the consumer. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Takes events off the wire. Throws `ProtocolError` when the server had no credit for them. */
  events(kind: EventKind, rows: readonly EventRow[]): void {
    for (const row of rows) {
      this.#spend(row.bytes);
      this.#arrivals.saw(row.topic, row.seq);
      this.freshnessWatch.arrived(row.topic);
      // Values of a snapshot come in any order; its mark says how far it reaches.
      if (kind !== "snapshot") this.#arrivals.reached(row.position);
      this.#add(toEventItem(kind, row), row.bytes, 1);
    }
  }

  /** Takes the end of a snapshot off the wire. */
  mark(position: number): void {
    this.#spend(0);
    this.#arrivals.reached(position);
    this.#add({ kind: "mark", position }, 0, 1);
  }

  /** Takes a gap off the wire. */
  gap(frame: GapFrame): void {
    this.#spend(0);
    const { topic, to, reason } = frame;
    const from = this.#arrivals.missed(frame);
    if (from === undefined) this.#credit.giveBack(1, 0);
    else this.#add({ kind: "gap", topic, from, to, reason }, 0, 1);
  }

  /** A session begins in which it is asked for; returns from where. What is lost is told. */
  begin(epoch: string): "oldest" | number | undefined {
    const held = this.#busy === undefined ? this.#queue : [this.#busy, ...this.#queue];
    this.#credit.begin(held);
    const { from, gaps, anew } = this.#arrivals.begin(epoch);
    for (const gap of gaps) this.#add(gap, 0, 0);
    if (anew) this.#started(0);
    return from;
  }

  /** The server has confirmed it: it begins behind `position`. */
  confirmed(position: number, mode: SubscribedFrame["mode"]): void {
    this.#arrivals.confirmed(position, mode);
    this.#started(position);
  }

  /** Credit for a subscribe frame: what fits beside the items that still wait. */
  get credit(): Held {
    return this.#credit.value;
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
    this.freshnessWatch.close();
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
    if (this.#iterated) {
      throw new RpcError(
        "failed_precondition",
        `${this.name}: this subscription is iterated already, and two loops would take each other's items; subscribe once more`,
        { outcome: "not-executed" },
      );
    }
    this.#iterated = true;
    try {
      for (;;) {
        const waiting = this.#queue.shift();
        if (waiting !== undefined) {
          this.#give(waiting.item, waiting.epoch);
          this.#returnCredit(waiting.items, waiting.bytes);
          yield waiting.item;
        } else if (this.#state === "open") {
          await this.#more();
        } else if (this.#failure !== undefined) {
          throw this.#failure;
        } else return;
      }
    } finally {
      this.#iterated = false;
      await this.unsubscribe();
    }
  }

  async *values(options: { onGap?(gap: Gap): void } = {}): AsyncGenerator<unknown, void, void> {
    for await (const item of this) {
      if (item.kind === "gap") {
        if (options.onGap === undefined) throw lostEvents(this.name, item);
        options.onGap(item);
      } else if (item.kind !== "removed" && item.kind !== "mark") yield item.value;
    }
  }

  #spend(bytes: number): void {
    if (!this.#credit.spend(bytes)) throw new ProtocolError(`events of ${this.name} without credit`);
  }

  #started(position: number): void {
    if (!this.#arrivals.start()) return;
    this.#takenEpoch = this.#arrivals.epoch;
    this.#taken = position;
  }

  #add(item: EventItem<unknown>, bytes: number, items: 0 | 1): void {
    if (this.#state === "ended") return;
    const { listener } = this.#options;
    const waits = listener === undefined || this.#busy !== undefined || this.#queue.length > 0;
    if (waits) this.#queue.push({ item, bytes, items, epoch: this.#arrivals.epoch });
    if (listener === undefined) this.#wake?.();
    // Straight to the listener, nearly always: a place in the queue costs as much as all else here.
    else if (waits) this.#listen(listener);
    else this.#tell(listener, item, bytes, items, this.#arrivals.epoch);
  }

  #listen(listener: Listener): void {
    while (this.#busy === undefined && this.#state === "open") {
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      this.#tell(listener, waiting.item, waiting.bytes, waiting.items, waiting.epoch);
    }
  }

  // Items go to the listener one at a time; a promise it returns holds back the next, and its credit.
  #tell(listener: Listener, item: EventItem<unknown>, bytes: number, items: 0 | 1, epoch: string): void {
    this.#give(item, epoch);
    try {
      const result = listener(item);
      if (isThenable(result)) {
        const waiting = { item, bytes, items, epoch };
        this.#busy = waiting;
        result.then(
          () => this.#listened(listener, waiting),
          (error: unknown) => this.#listenerFailed(error),
        );
        return;
      }
    } catch (error) {
      this.#listenerFailed(error);
      return;
    }
    this.#returnCredit(items, bytes);
  }

  #listened(listener: Listener, { items, bytes }: Waiting): void {
    this.#busy = undefined;
    this.#returnCredit(items, bytes);
    this.#listen(listener);
  }

  #listenerFailed(error: unknown): void {
    if (this.#state === "ended") return;
    this.#queue = [];
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#options.logger.error(`the listener of ${this.name} failed, which ends its subscription: ${why}`);
    this.end(error ?? new RpcError("aborted", `the listener of ${this.name} failed`));
    this.#options.left();
  }

  /** The program gets an item now: its place is where the program is. */
  #give(item: EventItem<unknown>, epoch: string): void {
    const before = this.#takenEpoch === epoch ? this.#taken : 0;
    const at = item.kind === "snapshot" || item.kind === "gap" ? 0 : item.position;
    this.#takenEpoch = epoch;
    this.#taken = Math.max(before, at);
  }

  #returnCredit(items: 0 | 1, bytes: number): void {
    if (this.#state === "open" && items > 0) this.#credit.giveBack(items, bytes);
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }
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
