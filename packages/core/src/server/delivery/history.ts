import type { Clock } from "../../clock.js";
import type { Published, PublishedEvent } from "./delivery.js";
import type { HistoryBudget } from "./history-budget.js";

/** Bounds of a history, as declared at the event. */
export interface HistoryBounds {
  /** Events kept. */
  readonly count: number;
  /** Encoded bytes kept. */
  readonly bytes: number;
  /** Milliseconds after which an event is let go, at the next publication or subscription. */
  readonly maxAgeMs: number;
}

/** Reads the history, and hears of every event that leaves it, before it does. */
export interface HistoryReader {
  evicting(event: PublishedEvent): void;
}

/** Evicted events at the front of the array before it is made anew. */
const compactAt = 1024;

/** The newest events of one `log` event, in order, bounded by count, bytes and age. */
export class History {
  readonly #bounds: HistoryBounds;
  readonly #budget: HistoryBudget;
  readonly #clock: Clock;
  readonly #readers = new Set<HistoryReader>();
  readonly #evicted = new Map<string, Published>();
  #events: PublishedEvent[] = [];
  /** Index of the oldest event. */
  #head = 0;
  /** Position of the oldest event, or of the next one to come. */
  #first = 1;
  #bytes = 0;

  constructor(bounds: HistoryBounds, budget: HistoryBudget, clock: Clock) {
    this.#bounds = bounds;
    this.#budget = budget;
    this.#clock = clock;
    budget.addHistory(this);
  }

  get first(): number {
    return this.#first;
  }

  get size(): number {
    return this.#events.length - this.#head;
  }

  /** Encoded bytes kept. */
  get bytes(): number {
    return this.#bytes;
  }

  get maxCount(): number {
    return this.#bounds.count;
  }

  get maxBytes(): number {
    return this.#bounds.bytes;
  }

  /** The newest event of each topic that is gone. */
  get evicted(): ReadonlyMap<string, Published> {
    return this.#evicted;
  }

  /** The event at a position from `first` to the newest. */
  at(position: number): PublishedEvent {
    return this.#events[this.#head + position - this.#first]!;
  }

  add(event: PublishedEvent): void {
    this.#events.push(event);
    this.#bytes += event.row.length;
    this.#budget.add(event.row.length);
  }

  /** Lets go of what is over a bound, this history's own or all histories'. */
  trim(now: number = this.#clock.now()): void {
    const { count, bytes, maxAgeMs } = this.#bounds;
    const tooOld = now - maxAgeMs;
    while (
      this.size > count ||
      this.#bytes > bytes ||
      (this.size > 0 && this.at(this.#first).publishedAt < tooOld)
    )
      this.evictOldest();
    this.#budget.trim();
  }

  evictOldest(): void {
    const event = this.at(this.#first);
    for (const reader of this.#readers) reader.evicting(event);
    // A reader that was handed the event may have published another, and evicted this one for it.
    if (this.#first !== event.position) return;
    this.#first += 1;
    this.#head += 1;
    this.#bytes -= event.row.length;
    this.#budget.remove(event.row.length);
    this.#evicted.set(event.topic, { seq: event.seq, position: event.position });
    if (this.#head < compactAt || this.#head * 2 < this.#events.length) return;
    this.#events = this.#events.slice(this.#head);
    this.#head = 0;
  }

  addReader(reader: HistoryReader): void {
    this.#readers.add(reader);
  }

  removeReader(reader: HistoryReader): void {
    this.#readers.delete(reader);
  }
}
