import type { Clock, Logger } from "@rpc/core/transport";

const intervalMs = 10_000;

/** Warnings that strangers can cause: at most one in ten seconds, which tells how many were left out before it. */
export class RareLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  #nextAt = Number.NEGATIVE_INFINITY;
  #leftOut = 0;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  warn(message: string): void {
    const now = this.#clock.now();
    if (now < this.#nextAt) {
      this.#leftOut += 1;
      return;
    }
    this.#logger.warn(this.#leftOut === 0 ? message : `${message} (and ${this.#leftOut} warnings before it)`);
    this.#nextAt = now + intervalMs;
    this.#leftOut = 0;
  }
}
