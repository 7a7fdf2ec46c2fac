import type { Delivery, DeliveryStart, GapNotice, MarkNotice, PublishedEvent } from "./delivery.js";
import { KeyedQueue } from "./keyed-queue.js";
import type { KeyedValues } from "./keyed-values.js";

/** Conflates: a slow subscriber gets fewer updates, always the newest of each key. */
export class LatestDelivery implements Delivery {
  readonly beginsAfter: number;
  readonly #from: DeliveryStart["from"];
  readonly #queue: KeyedQueue;

  constructor(values: KeyedValues, start: DeliveryStart) {
    this.beginsAfter = start.position;
    this.#from = start.from;
    this.#queue = new KeyedQueue(values, start);
    if (start.from !== "now") this.#queue.snapshot(start.position);
  }

  get queued(): number {
    return this.#queue.size;
  }

  get dropped(): number {
    return this.#queue.missed.count;
  }

  /** Always: what waits is bounded by the keys, and a newer value takes the place of the older. */
  get hasRoom(): boolean {
    return true;
  }

  offer(event: PublishedEvent): void {
    this.#queue.offer(event);
  }

  peek(): PublishedEvent | GapNotice | MarkNotice | undefined {
    return this.#queue.peek();
  }

  take(): void {
    this.#queue.take();
  }

  kindOf(event: PublishedEvent): "snapshot" | "removed" | "live" {
    return this.#queue.kindOf(event);
  }

  recheck(position: number): void {
    this.#queue.recheck(this.#from === "now" ? undefined : position);
  }

  close(): void {}
}
