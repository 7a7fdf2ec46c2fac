import type { Random } from "../clock.js";

const firstMs = 50;
const longestMs = 5_000;

/**
 * How long to wait before the next attempt: up to 50 ms at first, doubling to 5 s.
 *
 * Each wait is drawn from the whole range, so that a thousand clients of a restarted server do not come back at once.
 */
export class Backoff {
  readonly #random: Random;
  #rangeMs = firstMs;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): number {
    const waitMs = this.#random.fraction() * this.#rangeMs;
    this.#rangeMs = Math.min(this.#rangeMs * 2, longestMs);
    return waitMs;
  }

  /** It went well: the next wait is a short one again. */
  reset(): void {
    this.#rangeMs = firstMs;
  }
}
