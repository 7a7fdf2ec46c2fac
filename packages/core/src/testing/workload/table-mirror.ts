import type { EventItem } from "../../client/event-item.js";
import type { Row } from "./ledger.js";

/** A table as a subscriber keeps it. */
export class TableMirror {
  readonly #rows = new Map<string, number>();
  readonly #fresh = new Map<string, number>();

  take(item: EventItem<Row>): void {
    if (item.kind === "snapshot") this.#fresh.set(item.value.name, item.value.key);
    else if (item.kind === "live") this.#rows.set(item.value.name, item.value.key);
    else if (item.kind === "removed") this.#rows.delete(item.key);
    else if (item.kind === "gap") this.#fresh.clear();
    else {
      this.#rows.clear();
      for (const [name, key] of this.#fresh) this.#rows.set(name, key);
      this.#fresh.clear();
    }
  }

  /** Throws when it is not what the server holds. */
  check(table: ReadonlyMap<string, number>): void {
    const show = (rows: ReadonlyMap<string, number>) => JSON.stringify([...rows].sort());
    if (show(this.#rows) === show(table)) return;
    throw new Error(`the table is ${show(table)}, its subscriber has ${show(this.#rows)}`);
  }
}
