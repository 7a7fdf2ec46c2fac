import type { Delivery, DeliveryMode, DeliveryStart, GapNotice, PublishedEvent } from "./delivery.js";
import type { History, HistoryReader } from "./history.js";
import { Missed } from "./missed.js";

/** Mode `log`: events are kept in a history, and every subscription reads it at its own pace. */
export class LogMode implements DeliveryMode {
  readonly name = "log";
  readonly #history: History;

  constructor(history: History) {
    this.#history = history;
  }

  keyOf(): string {
    return "";
  }

  find(): undefined {
    return undefined;
  }

  check(): void {}

  keep(event: PublishedEvent): void {
    this.#history.add(event);
  }

  trim(now: number): void {
    this.#history.trim(now);
  }

  start(start: DeliveryStart): Delivery {
    this.#history.trim();
    return new LogDelivery(this.#history, start);
  }
}

/**
 * Reads the history by position: never merged, never silently dropped. What leaves the history before it was sent is
 * told as one gap per topic.
 */
class LogDelivery implements Delivery, HistoryReader {
  readonly beginsAfter: number;
  readonly #history: History;
  readonly #start: DeliveryStart;
  readonly #missed = new Missed();
  /** Everything up to here was sent, told as missed, or is of other topics. */
  #reached: number;
  /** Events of its topics behind `#reached`, which all are in the history. */
  #waiting = 0;
  #waitingBytes = 0;

  constructor(history: History, start: DeliveryStart) {
    this.#history = history;
    this.#start = start;
    const { from, position } = start;
    this.beginsAfter = from === "now" ? position : from === "oldest" ? history.first - 1 : from;
    this.#reached = this.beginsAfter;
    if (typeof from === "number")
      this.#missed.addSince(from, { matches: start.matches, topics: history.evicted }, "history-evicted");
    this.#countAll(position);
    history.addReader(this);
  }

  get queued(): number {
    return this.#waiting + this.#missed.size;
  }

  get dropped(): number {
    return this.#missed.count;
  }

  get hasRoom(): boolean {
    const { queueItems, queueBytes } = this.#start;
    const items = Math.min(queueItems, this.#history.maxCount);
    const bytes = Math.min(queueBytes, this.#history.maxBytes);
    return this.#waiting * 2 <= items && this.#waitingBytes * 2 <= bytes;
  }

  offer({ row }: PublishedEvent): void {
    this.#waiting += 1;
    this.#waitingBytes += row.length;
  }

  peek(): PublishedEvent | GapNotice | undefined {
    if (this.#missed.size > 0) return this.#missed.peek();
    if (this.#waiting === 0) return undefined;
    let event = this.#history.at(this.#next);
    while (!this.#matches(event)) {
      this.#reached = event.position;
      event = this.#history.at(this.#next);
    }
    return event;
  }

  take(): void {
    if (this.#missed.size > 0) {
      this.#missed.take();
      return;
    }
    // `peek` has gone past those of other topics.
    const { position, row } = this.#history.at(this.#next);
    this.#reached = position;
    this.#waiting -= 1;
    this.#waitingBytes -= row.length;
  }

  kindOf({ position }: PublishedEvent): "live" | "replay" {
    return position <= this.#start.position ? "replay" : "live";
  }

  recheck(position: number): void {
    this.#missed.keep(this.#start.matches);
    this.#waiting = 0;
    this.#waitingBytes = 0;
    this.#countAll(position);
  }

  close(): void {
    this.#history.removeReader(this);
  }

  // Who has credit gets it before it goes, however small the history is.
  evicting(event: PublishedEvent): void {
    if (event.position <= this.#reached || !this.#matches(event)) return;
    this.#start.flush();
    if (event.position <= this.#reached) return;
    this.#reached = event.position;
    this.#waiting -= 1;
    this.#waitingBytes -= event.row.length;
    this.#missed.add(event, "history-evicted");
  }

  /** Position of the next event to look at. */
  get #next(): number {
    return Math.max(this.#reached + 1, this.#history.first);
  }

  #countAll(position: number): void {
    for (let next = this.#next; next <= position; next++) {
      const event = this.#history.at(next);
      if (this.#matches(event)) this.offer(event);
    }
  }

  #matches({ topic }: PublishedEvent): boolean {
    return this.#start.matches(topic);
  }
}
