import type { Tick } from "../src/prices/prices.js";

/** A day of January 2000. */
export function day(ofMonth: number): Date {
  return new Date(Date.UTC(2000, 0, ofMonth));
}

/** A price on a day of January 2000. */
export function tick(symbol: string, ofMonth: number, price: number): Tick {
  return { symbol, day: day(ofMonth), price };
}
