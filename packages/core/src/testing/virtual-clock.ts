import type { Clock, Timer } from "../clock.js";

interface SetTimer extends Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** A clock that stands still until it is told to go on: for tests of everything that waits. */
export class VirtualClock implements Clock {
  readonly #timers = new Set<SetTimer>();
  #soon: (() => void)[] = [];
  #now: number;
  #order = 0;

  constructor(now = 0) {
    this.#now = now;
  }

  /** Timers that are set: none when everything was cleared. */
  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#now;
  }

  timer(ms: number, fire: () => void): Timer {
    const timer: SetTimer = {
      at: this.#now + Math.max(0, ms),
      order: this.#order++,
      fire,
      clear: () => this.#timers.delete(timer),
    };
    this.#timers.add(timer);
    return timer;
  }

  soon(run: () => void): void {
    this.#soon.push(run);
    if (this.#soon.length === 1) queueMicrotask(() => this.#endTurn());
  }

  /** Lets everything that needs no time happen: ends of turns, and promises that follow from them. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 20; quiet++) {
      if (this.#soon.length > 0) {
        this.#endTurn();
        quiet = 0;
      }
      await Promise.resolve();
    }
  }

  /** Lets `ms` pass; each timer fires at its time, in order. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.settle();
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.fire();
      await this.settle();
    }
    this.#now = until;
  }

  #next(until: number): SetTimer | undefined {
    let first: SetTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > until) continue;
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  }

  #endTurn(): void {
    const due = this.#soon;
    this.#soon = [];
    for (const run of due) run();
  }
}
