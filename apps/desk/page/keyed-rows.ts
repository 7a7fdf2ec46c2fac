import type { EventItem } from "@rpc/core/browser";

/**
 * The rows of a `table` event.
 *
 * A snapshot is gathered beside them and takes their place at its mark: what was not in it is gone.
 */
export class KeyedRows<Value> {
  readonly #keyOf: (value: Value) => string;
  #rows = new Map<string, Value>();
  #snapshot = new Map<string, Value>();

  constructor(keyOf: (value: Value) => string) {
    this.#keyOf = keyOf;
  }

  /** In the order in which their keys came. */
  get values(): readonly Value[] {
    return [...this.#rows.values()];
  }

  take(item: EventItem<Value>): void {
    if (item.kind === "snapshot") this.#snapshot.set(this.#keyOf(item.value), item.value);
    else if (item.kind === "mark") {
      this.#rows = this.#snapshot;
      this.#snapshot = new Map();
    } else if (item.kind === "removed") this.#rows.delete(item.key);
    else if (item.kind !== "gap") this.#rows.set(this.#keyOf(item.value), item.value);
  }
}
