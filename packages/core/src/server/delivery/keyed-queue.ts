import type { DeliveryStart, GapNotice, MarkNotice, PublishedEvent } from "./delivery.js";
import type { KeyedValues } from "./keyed-values.js";
import { Missed } from "./missed.js";

/**
 * The newest event of each key that waits for one subscriber, behind a snapshot of all keys where one is due.
 *
 * A snapshot takes each key's value when its turn comes, so nothing old is kept for it; keys that change after their
 * turn wait here until the mark is sent. Keys are served in the order in which they began to wait: one that changes
 * all the time gets no turn more and none less than the others.
 */
export class KeyedQueue {
  readonly missed = new Missed();
  readonly #values: KeyedValues;
  readonly #start: DeliveryStart;
  readonly #changed = new Map<string, PublishedEvent>();
  /** Keys of the snapshot that were not sent yet. */
  #unsent = new Set<string>();
  /** The mark that ends the snapshot. */
  #mark: MarkNotice | undefined;

  /** A snapshot that is due when this one has its mark. */
  #next: number | undefined;

  constructor(values: KeyedValues, start: DeliveryStart) {
    this.#values = values;
    this.#start = start;
  }

  get size(): number {
    return this.missed.size + this.#unsent.size + this.#changed.size + (this.#mark === undefined ? 0 : 1);
  }

  /** Begins a snapshot, which holds everything up to `position`. */
  snapshot(position: number): void {
    this.#unsent = this.#values.keys(this.#start.matches);
    this.#mark = { type: "mark", position };
    this.#changed.clear();
    this.#next = undefined;
  }

  /**
   * Other topics match now. With a position everything begins anew with a snapshot, behind the mark of one that is under
   * way: cut off without a word, what it already sent would be taken for part of the next.
   */
  recheck(position: number | undefined): void {
    const { matches } = this.#start;
    this.missed.keep(matches);
    for (const key of this.#unsent) if (!matches(this.#values.get(key)!.topic)) this.#unsent.delete(key);
    for (const [key, { topic }] of this.#changed) if (!matches(topic)) this.#changed.delete(key);
    if (position === undefined) return;
    if (this.#mark === undefined) this.snapshot(position);
    else this.#next = position;
  }

  offer(event: PublishedEvent): void {
    if (this.#unsent.has(event.key)) {
      // Its turn is still to come, or it will have none: the mark says that keys not in the snapshot are gone.
      if (event.removed) this.#unsent.delete(event.key);
      return;
    }
    this.#changed.set(event.key, event);
    // Values are bounded by maxKeys, removals of keys that nobody has any more are not.
    if (this.#changed.size <= this.#values.maxKeys + this.#start.queueItems) return;
    for (const dropped of this.#changed.values()) this.missed.add(dropped, "slow-consumer");
    this.snapshot(event.position);
  }

  peek(): PublishedEvent | GapNotice | MarkNotice | undefined {
    if (this.missed.size > 0) return this.missed.peek();
    for (const key of this.#unsent) return this.#values.get(key);
    if (this.#mark !== undefined) return this.#mark;
    for (const event of this.#changed.values()) return event;
    return undefined;
  }

  take(): void {
    if (this.missed.size > 0) {
      this.missed.take();
      return;
    }
    for (const key of this.#unsent) {
      this.#unsent.delete(key);
      return;
    }
    if (this.#mark !== undefined) {
      this.#mark = undefined;
      if (this.#next !== undefined) this.snapshot(this.#next);
      return;
    }
    for (const key of this.#changed.keys()) {
      this.#changed.delete(key);
      return;
    }
  }

  kindOf({ removed }: PublishedEvent): "snapshot" | "removed" | "live" {
    if (this.#unsent.size > 0) return "snapshot";
    return removed ? "removed" : "live";
  }
}
