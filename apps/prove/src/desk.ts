import { openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Event, event, expose, service } from "@rpc/core";

/** Topics of both events of a desk. */
export const topics: readonly string[] = ["fx.eur", "fx.jpy", "stock.a"];

/** A service that writes down every execution before it does anything, and tells the same ticks by two events. */
@service("Desk")
export class Desk {
  @event() readonly ticks = new Event<number>();
  @event({ mode: "log", history: { count: 10_000 } }) readonly trades = new Event<number>();
  readonly #journal: number;
  #ticks = 0;

  constructor(journal: string) {
    this.#journal = openSync(journal, "a");
  }

  /** Newest sequence number by topic, of both events. */
  get published(): readonly (readonly [string, number])[] {
    return topics.map((topic) => [topic, this.#ticks] as const);
  }

  /** Must not run twice. */
  @expose()
  async place(key: string, workMs: number): Promise<string> {
    return await this.#work(key, workMs);
  }

  /** May run twice. */
  @expose({ idempotent: true })
  async look(key: string, workMs: number): Promise<string> {
    return await this.#work(key, workMs);
  }

  /** Tells one tick of each topic. */
  tick(): void {
    this.#ticks += 1;
    for (const topic of topics) {
      this.ticks.publish(topic, this.#ticks);
      this.trades.publish(topic, this.#ticks);
    }
  }

  async #work(key: string, workMs: number): Promise<string> {
    // What is handed to the kernel outlives a SIGKILL.
    writeSync(this.#journal, `${key}\n`);
    if (workMs > 0) await sleep(workMs);
    return `done ${key}`;
  }
}
