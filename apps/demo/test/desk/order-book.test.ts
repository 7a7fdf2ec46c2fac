import { describe, expect, it } from "vitest";
import type { OrderRequest, Side } from "../../src/desk/order.js";
import { mostOpenOrders, OrderBook } from "../../src/desk/order-book.js";
import { tick } from "../ticks.js";

const limit = (side: Side, price: number, quantity = 1): OrderRequest => ({
  type: "limit",
  symbol: "AAPL",
  side,
  quantity,
  price,
});
const market = (side: Side): OrderRequest => ({ type: "market", symbol: "AAPL", side, quantity: 1 });

describe("OrderBook", () => {
  it.each<[string, OrderRequest, boolean]>([
    ["a limit to buy below the price", limit("buy", 19.99), false],
    ["a limit to buy at the price", limit("buy", 20), true],
    ["a limit to buy above the price", limit("buy", 21), true],
    ["a limit to sell below the price", limit("sell", 19), true],
    ["a limit to sell at the price", limit("sell", 20), true],
    ["a limit to sell above the price", limit("sell", 20.01), false],
    ["a market order to buy", market("buy"), true],
    ["a market order to sell", market("sell"), true],
  ])("at 20: %s, trades: %s", (_, request, trades) => {
    const book = new OrderBook();
    const order = book.add(request);
    expect(book.match(tick("AAPL", 1, 20))).toEqual(trades ? [{ ...order, state: "filled" }] : []);
  });

  it("matches an order once, in the order they came, and leaves other symbols alone", () => {
    const book = new OrderBook();
    book.add(limit("buy", 30));
    book.add({ ...market("buy"), symbol: "IBM" });
    book.add(market("sell"));
    expect(book.match(tick("AAPL", 1, 20)).map(({ id }) => id)).toEqual([1, 3]);
    expect(book.match(tick("AAPL", 2, 20))).toEqual([]);
    expect(book.match(tick("IBM", 2, 90)).map(({ id }) => id)).toEqual([2]);
  });

  it("cancels what is open, once", () => {
    const book = new OrderBook();
    const order = book.add(limit("buy", 1));
    expect(book.cancel(order.id)).toEqual({ ...order, state: "cancelled" });
    expect(book.cancel(order.id)).toBeUndefined();
    expect(book.match(tick("AAPL", 1, 1))).toEqual([]);
  });

  it("knows what is offered, and nothing more when all has expired", () => {
    const book = new OrderBook();
    book.add(limit("sell", 30, 5));
    book.add(limit("buy", 30, 7));
    book.add(market("sell"));
    expect(book.offered("AAPL")).toBe(6);
    expect(book.expire().map(({ id, state }) => [id, state])).toEqual([1, 2, 3].map((id) => [id, "expired"]));
    expect(book.offered("AAPL")).toBe(0);
  });

  it("refuses one order more than it may hold", () => {
    const book = new OrderBook();
    for (let count = 0; count < mostOpenOrders; count += 1) book.add(limit("buy", 1));
    expect(() => book.add(market("buy"))).toThrow("1000 orders are open already; cancel some");
    book.cancel(1);
    expect(book.add(market("buy")).id).toBe(mostOpenOrders + 1);
  });
});
