import type { EventItem } from "@rpc/core";
import type { Holding, OrderDeskClient } from "../generated/client.js";

/** Hears what a desk tells, and keeps what it was not told. */
export class Witness {
  readonly #gaps = new Map<string, string>();
  readonly #holdings = new Map<string, number>();
  /** A snapshot that is not whole yet. */
  readonly #fresh = new Map<string, number>();
  readonly #lastTicks = new Map<string, number>();
  #wake: () => void = () => {};

  static async of(desk: OrderDeskClient): Promise<Witness> {
    const witness = new Witness();
    await desk.ticks.subscribe("", (item) => witness.#hearTick(item));
    await desk.holdings.subscribe("", (item) => witness.#hearHolding(item));
    return witness;
  }

  /** A sentence for each topic of the ticks whose events were lost with the server. */
  async gaps(): Promise<string[]> {
    while (this.#gaps.size < this.#lastTicks.size) await this.#more();
    return [...this.#gaps].sort().map(([, sentence]) => sentence);
  }

  /** What the desk holds of each instrument, once that is so much. */
  async holdings(quantity: number): Promise<Holding[]> {
    while (![...this.#holdings.values()].every((held) => held === quantity)) await this.#more();
    return [...this.#holdings].sort().map(([symbol, held]) => ({ symbol, quantity: held }));
  }

  #hearTick(item: EventItem<number>): void {
    if (item.kind === "live") this.#lastTicks.set(item.topic, item.seq);
    if (item.kind !== "gap" || item.reason !== "epoch-changed") return;
    this.#gaps.set(item.topic, `gap: ticks of ${item.topic} from number ${item.from} on (${item.reason})`);
    this.#wake();
  }

  #hearHolding(item: EventItem<Holding>): void {
    if (item.kind === "snapshot") this.#fresh.set(item.value.symbol, item.value.quantity);
    else if (item.kind === "live") this.#holdings.set(item.value.symbol, item.value.quantity);
    else if (item.kind === "gap") this.#fresh.clear();
    else if (item.kind === "mark") {
      this.#holdings.clear();
      for (const [symbol, held] of this.#fresh) this.#holdings.set(symbol, held);
    }
    this.#wake();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
