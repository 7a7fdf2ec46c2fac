import type { Clock, Timer } from "../clock.js";

/**
 * Items that fall due a fixed time after they were added: one timer for all of them.
 *
 * The time is the same for all, so they fall due in the order in which they came, and the timer waits for the first.
 */
export class DueQueue<Item> {
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #due: (item: Item, dueAt: number) => void;
  /** When each falls due, the first in front. Whole milliseconds: a fraction would take memory for each. */
  readonly #waiting = new Map<Item, number>();
  #timer: Timer | undefined;

  /** `due` hears of each once, with the time by the clock for which it was waited; it may add it again. */
  constructor(clock: Clock, afterMs: number, due: (item: Item, dueAt: number) => void) {
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#due = due;
  }

  /** Its time begins. Begins anew for one that waits. */
  add(item: Item): void {
    this.#waiting.delete(item);
    this.#waiting.set(item, Math.ceil(this.#clock.now() + this.#afterMs));
    this.#timer ??= this.#set(this.#afterMs);
  }

  /** It does not fall due any more. Safe to call twice. */
  delete(item: Item): void {
    this.#waiting.delete(item);
    if (this.#waiting.size > 0) return;
    this.#timer?.clear();
    this.#timer = undefined;
  }

  #set(ms: number): Timer {
    return this.#clock.timer(ms, () => this.#fire());
  }

  #fire(): void {
    const now = this.#clock.now();
    for (const [item, dueAt] of this.#waiting) {
      // A timer fires within its millisecond, and what falls due in the same one need not wait for another.
      if (dueAt >= now + 1) break;
      this.#waiting.delete(item);
      this.#due(item, dueAt);
    }
    const [next] = this.#waiting.values();
    this.#timer?.clear();
    this.#timer = next === undefined ? undefined : this.#set(Math.max(0, next - now));
  }
}
