import { RpcError } from "@rpc/core";
import { instruments } from "./instruments.js";
import type { Order, OrderRequest, Quote, Trade } from "./order.js";

const mostOpenOrders = 200;
const mostShares = 10_000;

/** Most shares that trade at one quote: a large order is filled in parts. */
const sharesAtOnce = 200;

/** The open orders, first come, first served. */
export class OrderBook {
  readonly #open = new Map<number, Order>();
  #lastId = 0;

  /** Takes an order. Throws `RpcError` for one that makes no sense, or when the book is full. */
  add({ symbol, side, quantity, limit }: OrderRequest): Order {
    if (!instruments.has(symbol)) throw refused(`no instrument ${symbol}`);
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > mostShares)
      throw refused(`quantity must be a whole number from 1 to ${mostShares}, got ${quantity}`);
    if (limit !== undefined && !(limit > 0)) throw refused(`a limit must be above 0, got ${limit}`);
    if (this.#open.size >= mostOpenOrders)
      throw new RpcError("failed_precondition", `${mostOpenOrders} orders are open already; cancel some`);
    const id = ++this.#lastId;
    const at = limit === undefined ? {} : { limit };
    const order: Order = { id, symbol, side, quantity, ...at, filled: 0, state: "open" };
    this.#open.set(id, order);
    return { ...order };
  }

  /** Takes one out. Undefined when it is not open. */
  cancel(id: number): Order | undefined {
    const order = this.#open.get(id);
    this.#open.delete(id);
    return order && { ...order, state: "cancelled" };
  }

  /** Trades what a quote suits; returns each order as it stands after its trade. */
  match({ symbol, bid, ask }: Quote): { readonly order: Order; readonly trade: Trade }[] {
    const traded: { order: Order; trade: Trade }[] = [];
    for (const order of this.#open.values()) {
      const { id, side, limit } = order;
      const price = side === "buy" ? ask : bid;
      const suits = limit === undefined || (side === "buy" ? price <= limit : price >= limit);
      if (order.symbol !== symbol || !suits) continue;
      const quantity = Math.min(sharesAtOnce, order.quantity - order.filled);
      order.filled += quantity;
      if (order.filled === order.quantity) order.state = "filled";
      if (order.state === "filled") this.#open.delete(id);
      traded.push({ order: { ...order }, trade: { symbol, side, quantity, price, orderId: id } });
    }
    return traded;
  }
}

function refused(message: string): RpcError {
  return new RpcError("invalid_argument", message);
}
