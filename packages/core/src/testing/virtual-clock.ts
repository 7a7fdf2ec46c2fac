import type { Clock, Timer } from "../clock.js";

interface SetTimer extends Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
  state: "set" | "over";
}

/** Microtasks in a row without anything to do at the end of a turn, after which nothing more happens by itself. */
const quietTicks = 24;

/** A clock that stands still until it is told to go on: for tests of everything that waits. */
export class VirtualClock implements Clock {
  /** A binary heap, earliest first; cleared timers leave it when their time comes. */
  readonly #heap: SetTimer[] = [];
  #set = 0;
  #soon: (() => void)[] = [];
  #now: number;
  #order = 0;

  constructor(now = 0) {
    this.#now = now;
  }

  /** Timers that are set: none when everything was cleared. */
  get timers(): number {
    return this.#set;
  }

  /** When the next timer fires; undefined when none is set. */
  get next(): number | undefined {
    this.#dropCleared();
    return this.#heap[0]?.at;
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
      state: "set",
      clear: () => {
        if (timer.state === "set") this.#set -= 1;
        timer.state = "over";
      },
    };
    this.#set += 1;
    if (timer.at !== Number.POSITIVE_INFINITY) this.#push(timer);
    return timer;
  }

  soon(run: () => void): void {
    this.#soon.push(run);
    if (this.#soon.length === 1) queueMicrotask(() => this.#endTurn());
  }

  /** Lets everything that needs no time happen: ends of turns, and promises that follow from them. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < quietTicks; quiet++) {
      if (this.#soon.length > 0) {
        this.#endTurn();
        quiet = 0;
      }
      await undefined;
    }
  }

  /** Lets `ms` pass; each timer fires at its time, in order. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.settle();
    for (let next = this.next; next !== undefined && next <= until; next = this.next) await this.step();
    this.#now = Math.max(this.#now, until);
  }

  /** Goes on to the next timer and lets what follows from it happen. Returns false when none is set. */
  async step(): Promise<boolean> {
    this.#dropCleared();
    const timer = this.#pop();
    if (timer === undefined) return false;
    timer.state = "over";
    this.#set -= 1;
    this.#now = Math.max(this.#now, timer.at);
    timer.fire();
    await this.settle();
    return true;
  }

  #endTurn(): void {
    while (this.#soon.length > 0) {
      const due = this.#soon;
      this.#soon = [];
      for (const run of due) run();
    }
  }

  #dropCleared(): void {
    while (this.#heap[0]?.state === "over") this.#pop();
  }

  #push(timer: SetTimer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(timer, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = timer;
  }

  #pop(): SetTimer | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (!isBefore(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isBefore(one: SetTimer, other: SetTimer): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
