import type {
  Delivery,
  DeliveryMode,
  DeliveryStart,
  GapNotice,
  MarkNotice,
  PublishedEvent,
} from "./delivery.js";
import { KeyedQueue } from "./keyed-queue.js";
import type { KeyedValues } from "./keyed-values.js";

/** Mode `latest`: the newest value of each key is kept. */
export class LatestMode implements DeliveryMode {
  readonly name = "latest";
  readonly #values: KeyedValues;

  constructor(values: KeyedValues) {
    this.#values = values;
  }

  keyOf(topic: string, value: unknown): string {
    return this.#values.keyOf(topic, value);
  }

  find(key: string): PublishedEvent | undefined {
    return this.#values.get(key);
  }

  check(topic: string, key: string, rowBytes: number): void {
    this.#values.check(topic, key, rowBytes);
  }

  keep(event: PublishedEvent): void {
    this.#values.set(event);
  }

  trim(): void {}

  start(start: DeliveryStart): Delivery {
    return new LatestDelivery(this.#values, start);
  }
}

/** Conflates: a slow subscriber gets fewer updates, always the newest of each key. */
class LatestDelivery implements Delivery {
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
