import type { Clock } from "../clock.js";
import { maxSavedRetries } from "../limits.js";

const perCall = 0.2;
const perMs = 10 / 1_000;

/**
 * How many calls may be sent again: a fifth of the calls sent, and ten a second.
 *
 * Without it a server that fails under load would get every call five times. What is saved up is bounded by
 * `maxSavedRetries`.
 */
export class RetryBudget {
  readonly #clock: Clock;
  #left = 10;
  #calls = 0;
  #countedAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#countedAt = clock.now();
  }

  /** A call is sent for the first time. */
  called(): void {
    this.#calls += 1;
  }

  /** Takes one retry; false when none is left. */
  take(): boolean {
    const now = this.#clock.now();
    const earned = this.#calls * perCall + (now - this.#countedAt) * perMs;
    this.#left = Math.min(this.#left + earned, maxSavedRetries);
    this.#calls = 0;
    this.#countedAt = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
