import type { Clock, Timer } from "@rpc/core";
import type { TradingDay } from "./prices.js";

/** What a replay plays, how fast, and to whom. */
export interface ReplayOptions {
  readonly days: readonly TradingDay[];
  readonly clock: Clock;
  /** Milliseconds that one day takes. */
  readonly dayMs: number;
  /** Hears of each day, in order. */
  traded(day: TradingDay): void;
  /** Hears of the end of the last day. */
  ended(): void;
}

/**
 * Past days, played one after the other.
 *
 * One timer at a time: a busy process plays slower and never catches up in a burst.
 */
export class Replay {
  readonly #options: ReplayOptions;
  #next = 0;
  #timer: Timer | undefined;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  get running(): boolean {
    return this.#timer !== undefined;
  }

  /** The day that comes next; after the last one the first, since it can be started again. */
  get nextDay(): Date | undefined {
    return this.#options.days[this.#next]?.day;
  }

  /** Plays from the first day. While it runs this does nothing. */
  start(): void {
    if (!this.running) this.#wait();
  }

  /** Ends it, without a word to `ended`. Safe to call twice. */
  close(): void {
    this.#timer?.clear();
    this.#timer = undefined;
    this.#next = 0;
  }

  #wait(): void {
    const { clock, dayMs } = this.#options;
    this.#timer = clock.timer(dayMs, () => this.#play());
  }

  #play(): void {
    const { days, traded, ended } = this.#options;
    const day = days[this.#next];
    this.#next += 1;
    if (day !== undefined) traded(day);
    // Who heard of the day may have closed the replay.
    if (!this.running) return;
    if (this.#next < days.length) this.#wait();
    else {
      this.close();
      ended();
    }
  }
}
