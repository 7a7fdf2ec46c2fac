import type { Quote } from "./order.js";

/** A price that wanders: each step a little up or down, and slowly back to where it began. */
export class Walk {
  readonly #symbol: string;
  readonly #home: number;
  readonly #random: () => number;
  #price: number;

  /** `random` gives numbers from 0 up to, not including, 1. */
  constructor(symbol: string, home: number, random: () => number) {
    this.#symbol = symbol;
    this.#home = home;
    this.#price = home;
    this.#random = random;
  }

  /** The quote after one more step. */
  next(): Quote {
    const pull = (this.#home - this.#price) * 0.002;
    const step = (this.#random() + this.#random() - 1) * this.#home * 0.0004;
    this.#price += pull + step;
    const half = this.#home * (0.00008 + this.#random() * 0.00008);
    return { symbol: this.#symbol, bid: cents(this.#price - half), ask: cents(this.#price + half) };
  }
}

function cents(price: number): number {
  return Math.round(price * 100) / 100;
}
