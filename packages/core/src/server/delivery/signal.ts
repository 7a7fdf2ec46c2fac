import type { Delivery, DeliveryMode, DeliveryStart, GapNotice, PublishedEvent } from "./delivery.js";
import { Missed } from "./missed.js";

/** Mode `signal`: nothing is kept. */
export class SignalMode implements DeliveryMode {
  readonly name = "signal";

  keyOf(): string {
    return "";
  }

  find(): undefined {
    return undefined;
  }

  check(): void {}

  keep(): void {}

  trim(): void {}

  start(start: DeliveryStart): Delivery {
    return new SignalDelivery(start);
  }
}

/** A bounded queue, the oldest dropped, and one gap per topic for what was dropped. */
class SignalDelivery implements Delivery {
  readonly beginsAfter: number;
  readonly #start: DeliveryStart;
  #queue: PublishedEvent[] = [];
  readonly #missed = new Missed();
  #bytes = 0;

  constructor(start: DeliveryStart) {
    this.#start = start;
    const { from, position } = start;
    this.beginsAfter = typeof from === "number" ? from : position;
    if (typeof from === "number") this.#missed.addSince(from, start, "transport");
  }

  get queued(): number {
    return this.#queue.length + this.#missed.size;
  }

  get dropped(): number {
    return this.#missed.count;
  }

  get hasRoom(): boolean {
    return this.#queue.length * 2 <= this.#start.queueItems && this.#bytes * 2 <= this.#start.queueBytes;
  }

  offer(event: PublishedEvent): void {
    this.#queue.push(event);
    this.#bytes += event.row.length;
    const { queueItems, queueBytes } = this.#start;
    // The newest stays, however large: a packet holds it, and a quick subscriber must be able to get it.
    while (this.#queue.length > 1 && (this.#queue.length > queueItems || this.#bytes > queueBytes)) {
      this.#missed.add(this.#shift(), "slow-consumer");
    }
  }

  peek(): PublishedEvent | GapNotice | undefined {
    return this.#missed.size > 0 ? this.#missed.peek() : this.#queue[0];
  }

  take(): void {
    if (this.#missed.size > 0) this.#missed.take();
    else this.#shift();
  }

  kindOf(): "live" {
    return "live";
  }

  recheck(): void {
    this.#queue = this.#queue.filter(({ topic }) => this.#start.matches(topic));
    this.#bytes = this.#queue.reduce((sum, { row }) => sum + row.length, 0);
    this.#missed.keep(this.#start.matches);
  }

  close(): void {}

  #shift(): PublishedEvent {
    const oldest = this.#queue.shift()!;
    this.#bytes -= oldest.row.length;
    return oldest;
  }
}
