import type { EventItem, Gap, Remote } from "@rpc/core";
import { checkEvents } from "@rpc/core/testing";
import { type Desk, topics } from "./desk.js";

/** Hears every event of a desk, and can say whether it was told of all of them. */
export class Listener {
  readonly items: { readonly ticks: EventItem<number>[]; readonly trades: EventItem<number>[] } = {
    ticks: [],
    trades: [],
  };
  #since = { ticks: 0, trades: 0 };

  /** Subscribes to both events of a desk. */
  async listen(desk: Remote<Desk>): Promise<void> {
    await desk.ticks.subscribe("", (item) => void this.items.ticks.push(item));
    await desk.trades.subscribe("", (item) => void this.items.trades.push(item));
  }

  /** Whether events of every topic came since the last `mark`. */
  get heard(): boolean {
    return (["ticks", "trades"] as const).every((name) => {
      const fresh = this.items[name].slice(this.#since[name]);
      return topics.every((topic) =>
        fresh.some((item) => (item.kind === "live" || item.kind === "replay") && item.topic === topic),
      );
    });
  }

  mark(): void {
    this.#since = { ticks: this.items.ticks.length, trades: this.items.trades.length };
  }

  /** Gaps told, of one reason or of all. */
  gaps(reason?: Gap["reason"]): number {
    return [...this.items.ticks, ...this.items.trades].filter(
      (item) => item.kind === "gap" && (reason === undefined || item.reason === reason),
    ).length;
  }

  /** What is missing or came twice, a line for each event of the desk; empty when it was told of everything. */
  compare(published: ReadonlyMap<string, number>): string[] {
    return (["ticks", "trades"] as const).flatMap((name) => {
      try {
        checkEvents(this.items[name], published);
        return [];
      } catch (error) {
        return [`${name}: ${(error as Error).message}`];
      }
    });
  }
}
