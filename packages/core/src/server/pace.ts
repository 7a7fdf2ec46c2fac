import type { Clock, Timer } from "../clock.js";

/** Part of a second whose items may leave at once: what is sent together costs less. */
const burstPart = 0.1;
/** Between two looks: for less, the timers would cost more than the items. */
const leastWaitMs = 20;

/** How many changes a subscriber that asked for so many a second may get now. */
export class Pace {
  readonly #clock: Clock;
  readonly #perMs: number;
  readonly #most: number;
  #saved: number;
  #savedAt: number;
  #timer: Timer | undefined;
  #lifted = false;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perMs = perSecond / 1000;
    this.#most = Math.max(1, perSecond * burstPart);
    this.#saved = this.#most;
    this.#savedAt = clock.now();
  }

  /** Whether one more may leave. */
  get allows(): boolean {
    const now = this.#clock.now();
    this.#saved = Math.min(this.#most, this.#saved + (now - this.#savedAt) * this.#perMs);
    this.#savedAt = now;
    // What was added in parts may fall short of one by the last bit.
    return this.#lifted || this.#saved > 1 - 1e-6;
  }

  /** One leaves. */
  spend(): void {
    this.#saved -= 1;
  }

  /** Calls `look` once when one more may leave. */
  wait(look: () => void): void {
    const waitMs = Math.max((1 - this.#saved) / this.#perMs, leastWaitMs);
    this.#timer ??= this.#clock.timer(waitMs, () => {
      this.#timer = undefined;
      look();
    });
  }

  /** From now on everything leaves at once: the server is closing. */
  lift(): void {
    this.#lifted = true;
    this.close();
  }

  close(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }
}
