import type { EventItem } from "@rpc/core/browser";

/** What stands between the items of a subscription, counted by their sequence numbers. */
export class Sequence {
  readonly #next = new Map<string, number>();
  received = 0;
  /** Sequence numbers that were passed over and not told as a gap. */
  skipped = 0;

  take(item: EventItem<unknown>): void {
    if (item.kind === "mark") return;
    if (item.kind === "gap") {
      // After a restart the numbers begin again.
      if (item.to === null) this.#next.delete(item.topic);
      else this.#next.set(item.topic, item.to + 1);
      return;
    }
    if (item.kind !== "snapshot") this.received += 1;
    this.skipped += item.seq - (this.#next.get(item.topic) ?? item.seq);
    this.#next.set(item.topic, item.seq + 1);
  }
}
