import { instruments } from "../prices/instruments.js";
import type { OrderRequest, Side } from "./order.js";
import { OrderRefused } from "./order-errors.js";

const mostShares = 1_000_000;

/** What the desk holds and has promised, as far as an order depends on it. */
export interface Holdings {
  /** Shares of a symbol that are held and not yet offered by an open order. */
  available(symbol: string): number;
}

/**
 * Returns an order that makes sense, its fields and nothing else. Throws `OrderRefused` with the reason.
 *
 * It trusts no type: a caller may be a peer of another language, or a client that was compiled against something else.
 */
export function checkOrder(given: unknown, holdings: Holdings): OrderRequest {
  if (typeof given !== "object" || given === null) {
    throw new OrderRefused(
      "malformed",
      `an order must be an object, got ${given === null ? "null" : typeof given}`,
    );
  }
  const { type, symbol, side, quantity, price } = given as Readonly<Record<string, unknown>>;
  const order = { symbol: checkSymbol(symbol), side: checkSide(side), quantity: checkQuantity(quantity) };
  if (order.side === "sell") checkAvailable(order.symbol, order.quantity, holdings);
  if (type === "limit") return { type, ...order, price: checkPrice(price) };
  if (type !== "market")
    throw new OrderRefused("malformed", `type must be market or limit, got ${String(type)}`);
  if (price !== undefined)
    throw new OrderRefused("bad-price", `a market order takes no price, got ${String(price)}`);
  return { type, ...order };
}

function checkSymbol(symbol: unknown): string {
  const instrument = typeof symbol === "string" ? instruments.get(symbol) : undefined;
  if (instrument === undefined) {
    const known = [...instruments.keys()].join(", ");
    throw new OrderRefused("unknown-symbol", `no instrument ${String(symbol)}; known are ${known}`);
  }
  if (!instrument.tradable)
    throw new OrderRefused("not-tradable", `${instrument.symbol} is an index and cannot be traded`);
  return instrument.symbol;
}

function checkSide(side: unknown): Side {
  if (side === "buy" || side === "sell") return side;
  throw new OrderRefused("malformed", `side must be buy or sell, got ${String(side)}`);
}

function checkQuantity(quantity: unknown): number {
  if (typeof quantity === "number" && Number.isInteger(quantity) && quantity >= 1 && quantity <= mostShares)
    return quantity;
  throw new OrderRefused(
    "bad-quantity",
    `quantity must be a whole number from 1 to ${mostShares}, got ${String(quantity)}`,
  );
}

function checkPrice(price: unknown): number {
  if (typeof price === "number" && Number.isFinite(price) && price > 0) return price;
  throw new OrderRefused("bad-price", `a limit order needs a price above 0, got ${String(price)}`);
}

function checkAvailable(symbol: string, quantity: number, holdings: Holdings): void {
  const available = holdings.available(symbol);
  if (quantity <= available) return;
  throw new OrderRefused(
    "not-enough-shares",
    `cannot sell ${quantity} ${symbol}: ${available} are held and not offered yet`,
  );
}
