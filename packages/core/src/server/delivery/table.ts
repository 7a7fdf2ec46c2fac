import type { Delivery, DeliveryStart, GapNotice, MarkNotice, PublishedEvent } from "./delivery.js";
import { KeyedQueue } from "./keyed-queue.js";
import type { KeyedValues } from "./keyed-values.js";

/**
 * A snapshot of all keys, a mark, then every change. Who falls behind by more than the queue holds is told a gap and
 * gets a snapshot again.
 */
export class TableDelivery implements Delivery {
  readonly beginsAfter: number;
  readonly #start: DeliveryStart;
  /** The snapshot, and what changed while it was sent; empty once the subscriber has caught up. */
  readonly #catchingUp: KeyedQueue;
  #changes: PublishedEvent[] = [];
  #bytes = 0;

  constructor(values: KeyedValues, start: DeliveryStart) {
    this.#start = start;
    this.beginsAfter = start.position;
    this.#catchingUp = new KeyedQueue(values, start);
    if (typeof start.from === "number") this.#catchingUp.missed.addSince(start.from, start, "transport");
    this.#catchingUp.snapshot(start.position);
  }

  get queued(): number {
    return this.#catchingUp.size + this.#changes.length;
  }

  get dropped(): number {
    return this.#catchingUp.missed.count;
  }

  get hasRoom(): boolean {
    const { queueItems, queueBytes } = this.#start;
    return (
      this.#catchingUp.size === 0 && this.#changes.length * 2 <= queueItems && this.#bytes * 2 <= queueBytes
    );
  }

  offer(event: PublishedEvent): void {
    if (this.#catchingUp.size > 0 || this.#start.conflate === true) {
      this.#catchingUp.offer(event);
      return;
    }
    this.#changes.push(event);
    this.#bytes += event.row.length;
    if (this.#changes.length <= this.#start.queueItems && this.#bytes <= this.#start.queueBytes) return;
    for (const dropped of this.#changes) this.#catchingUp.missed.add(dropped, "slow-consumer");
    this.#changes = [];
    this.#bytes = 0;
    this.#catchingUp.snapshot(event.position);
  }

  peek(): PublishedEvent | GapNotice | MarkNotice | undefined {
    return this.#catchingUp.peek() ?? this.#changes[0];
  }

  take(): void {
    if (this.#catchingUp.size > 0) this.#catchingUp.take();
    else this.#bytes -= this.#changes.shift()!.row.length;
  }

  kindOf(event: PublishedEvent): "snapshot" | "removed" | "live" {
    if (this.#catchingUp.size > 0) return this.#catchingUp.kindOf(event);
    return event.removed ? "removed" : "live";
  }

  recheck(position: number): void {
    this.#changes = [];
    this.#bytes = 0;
    this.#catchingUp.recheck(position);
  }

  close(): void {}
}
