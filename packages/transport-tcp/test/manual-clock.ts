import type { Clock } from "@rpc/core/transport";

interface Waiting {
  readonly at: number;
  readonly fire: () => void;
}

/** A clock whose time passes only by `advance`. The end of a turn is the real one, as sockets are. */
export class ManualClock implements Clock {
  #now = 1_000;
  readonly #waiting = new Set<Waiting>();

  get timers(): number {
    return this.#waiting.size;
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#now;
  }

  timer(ms: number, fire: () => void) {
    const waiting = { at: this.#now + ms, fire };
    this.#waiting.add(waiting);
    return { clear: () => void this.#waiting.delete(waiting) };
  }

  soon(run: () => void): void {
    process.nextTick(run);
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const waiting of [...this.#waiting]) {
      if (waiting.at > this.#now) continue;
      this.#waiting.delete(waiting);
      waiting.fire();
    }
  }
}
