import type { Fill, Position } from "./order.js";

interface Holding {
  readonly quantity: number;
  /** Dollars paid for all of it. */
  readonly cost: number;
}

const none: Holding = { quantity: 0, cost: 0 };

/** What the desk holds. The book sees to it that nothing is sold that is not here. */
export class Positions {
  readonly #holdings = new Map<string, Holding>();

  /** Takes a fill into account. Shares that are sold leave at the average price. */
  add({ symbol, side, quantity, price }: Fill): void {
    const held = this.#holdings.get(symbol) ?? none;
    const after =
      side === "buy"
        ? { quantity: held.quantity + quantity, cost: held.cost + quantity * price }
        : {
            quantity: held.quantity - quantity,
            cost: (held.cost / held.quantity) * (held.quantity - quantity),
          };
    if (after.quantity === 0) this.#holdings.delete(symbol);
    else this.#holdings.set(symbol, after);
  }

  quantity(symbol: string): number {
    return this.#holdings.get(symbol)?.quantity ?? 0;
  }

  /** All of them, by symbol. */
  list(): Position[] {
    const positions = [...this.#holdings].map(([symbol, { quantity, cost }]) => ({
      symbol,
      quantity,
      averagePrice: cost / quantity,
    }));
    return positions.sort((one, other) => (one.symbol < other.symbol ? -1 : 1));
  }
}
