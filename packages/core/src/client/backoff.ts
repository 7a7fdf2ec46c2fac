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
  #attempts = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): number {
    return jitteredWaitMs(this.#random, ++this.#attempts);
  }

  /** It went well: the next wait is a short one again. */
  reset(): void {
    this.#attempts = 0;
  }
}

/** The wait after the attempt of that number, counted from 1. */
export function jitteredWaitMs(random: Random, attempt: number): number {
  return random.fraction() * Math.min(firstMs * 2 ** (attempt - 1), longestMs);
}
