import type { Delivery, DeliveryMode, DeliveryStart, PublishedEvent } from "./delivery.js";
import type { KeyedValues } from "./keyed-values.js";
import { LatestDelivery } from "./latest.js";
import { TableDelivery } from "./table.js";

/** Modes `latest` and `table`: the newest value of each key is kept. They differ in what a subscriber gets of it. */
export class KeyedMode implements DeliveryMode {
  readonly name: "latest" | "table";
  readonly #values: KeyedValues;

  constructor(name: "latest" | "table", values: KeyedValues) {
    this.name = name;
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
    if (this.name === "latest") return new LatestDelivery(this.#values, start);
    return new TableDelivery(this.#values, start);
  }
}
