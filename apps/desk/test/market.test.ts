import { expect, it } from "vitest";
import { OrderBook } from "../src/order-book.js";
import { Positions } from "../src/positions.js";
import { Walk } from "../src/walk.js";

const quote = { symbol: "IBM", bid: 99, ask: 101 };

it("keeps the bid below the ask, and stays near its home", () => {
  let seed = 1;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const walk = new Walk("IBM", 240, random);
  const quotes = Array.from({ length: 50_000 }, () => walk.next());
  expect(quotes.filter(({ bid, ask }) => !(bid < ask && bid > 200 && ask < 280))).toEqual([]);
});

it("fills a large order in parts, at the side of the quote that is its own", () => {
  const book = new OrderBook();
  const { id } = book.add({ symbol: "IBM", side: "buy", quantity: 450 });
  expect(book.match({ ...quote, symbol: "AAPL" })).toEqual([]);
  const filled = [book.match(quote), book.match(quote), book.match(quote), book.match(quote)].flat();
  expect(filled.map(({ trade }) => trade.quantity)).toEqual([200, 200, 50]);
  expect(filled.map(({ order }) => [order.filled, order.state])).toEqual([
    [200, "open"],
    [400, "open"],
    [450, "filled"],
  ]);
  expect(filled[0]?.trade).toMatchObject({ price: 101, orderId: id });
  expect(book.cancel(id)).toBeUndefined();
});

it("lets a limit wait for its price, and takes out what is cancelled", () => {
  const book = new OrderBook();
  const { id } = book.add({ symbol: "IBM", side: "sell", quantity: 10, limit: 99.5 });
  expect(book.match(quote)).toEqual([]);
  expect(book.match({ ...quote, bid: 99.5 })[0]?.trade.price).toBe(99.5);
  expect(book.cancel(id)).toBeUndefined();
  const other = book.add({ symbol: "IBM", side: "buy", quantity: 10, limit: 1 });
  expect(book.cancel(other.id)).toMatchObject({ state: "cancelled" });
});

it.each([
  [{ symbol: "XYZ", side: "buy", quantity: 1 }, "no instrument XYZ"],
  [{ symbol: "IBM", side: "buy", quantity: 0.5 }, "quantity must be a whole number from 1 to 10000, got 0.5"],
  [{ symbol: "IBM", side: "buy", quantity: 1, limit: -1 }, "a limit must be above 0, got -1"],
] as const)("refuses %j", (order, message) => {
  expect(() => new OrderBook().add(order)).toThrow(message);
});

it("averages what is bought, keeps the average of what is sold, and begins anew when it turns", () => {
  const positions = new Positions();
  const trade = (side: "buy" | "sell", quantity: number, price: number) =>
    positions.add({ symbol: "IBM", side, quantity, price });
  trade("buy", 10, 100);
  expect(trade("buy", 10, 110)).toEqual({ symbol: "IBM", quantity: 20, averagePrice: 105 });
  expect(trade("sell", 5, 200)).toEqual({ symbol: "IBM", quantity: 15, averagePrice: 105 });
  expect(trade("sell", 25, 90)).toEqual({ symbol: "IBM", quantity: -10, averagePrice: 90 });
  expect(trade("buy", 10, 80)).toBeUndefined();
});
