import type { Position, Trade } from "./order.js";

/** What the desk holds, long or short. */
export class Positions {
  readonly #held = new Map<string, Position>();

  /** Takes a trade into account; undefined when nothing of the instrument is left. */
  add({ symbol, side, quantity, price }: Trade): Position | undefined {
    const before = this.#held.get(symbol) ?? { symbol, quantity: 0, averagePrice: 0 };
    const signed = side === "buy" ? quantity : -quantity;
    const after = before.quantity + signed;
    if (after === 0) {
      this.#held.delete(symbol);
      return undefined;
    }
    const position = { symbol, quantity: after, averagePrice: averageAfter(before, signed, price) };
    this.#held.set(symbol, position);
    return position;
  }
}

// What makes a position larger moves its average; what makes it smaller leaves it; what turns it begins anew.
function averageAfter({ quantity, averagePrice }: Position, signed: number, price: number): number {
  const after = quantity + signed;
  if (Math.sign(after) !== Math.sign(quantity)) return price;
  if (Math.abs(after) < Math.abs(quantity)) return averagePrice;
  return (averagePrice * quantity + price * signed) / after;
}
