import type { Tick } from "../prices/prices.js";
import type { Order, OrderRequest, OrderState } from "./order.js";
import { OrderRefused } from "./order-errors.js";

/** Orders that wait for their price: 1,000 at most, so that nobody fills the memory with orders far from any price. */
export const mostOpenOrders = 1_000;

/** The open orders, first come, first served. An order leaves once: filled, cancelled or expired. */
export class OrderBook {
  readonly #open = new Map<number, OrderRequest>();
  #lastId = 0;

  /** Takes an order. Throws `OrderRefused` when the book is full. */
  add(request: OrderRequest): Order {
    if (this.#open.size >= mostOpenOrders) {
      throw new OrderRefused("too-many-orders", `${mostOpenOrders} orders are open already; cancel some`);
    }
    this.#lastId += 1;
    this.#open.set(this.#lastId, request);
    return { id: this.#lastId, request, state: "open" };
  }

  /** Takes out the orders that trade at a price, in the order they came. */
  match(tick: Tick): Order[] {
    return this.#takeAll(
      "filled",
      (request) => request.symbol === tick.symbol && tradesAt(request, tick.price),
    );
  }

  /** Takes one out. Undefined when it is not open. */
  cancel(id: number): Order | undefined {
    const request = this.#open.get(id);
    if (request === undefined) return undefined;
    this.#open.delete(id);
    return { id, request, state: "cancelled" };
  }

  /** Takes all out: the market closes. */
  expire(): Order[] {
    return this.#takeAll("expired", () => true);
  }

  /** Shares of a symbol that open orders offer. */
  offered(symbol: string): number {
    const offers = [...this.#open.values()].filter(
      (request) => request.side === "sell" && request.symbol === symbol,
    );
    return offers.reduce((sum, { quantity }) => sum + quantity, 0);
  }

  #takeAll(state: OrderState, wanted: (request: OrderRequest) => boolean): Order[] {
    const taken = [...this.#open].filter(([, request]) => wanted(request));
    for (const [id] of taken) this.#open.delete(id);
    return taken.map(([id, request]) => ({ id, request, state }));
  }
}

function tradesAt(request: OrderRequest, price: number): boolean {
  if (request.type === "market") return true;
  return request.side === "buy" ? price <= request.price : price >= request.price;
}
