import { expect, it } from "vitest";
import type { Side } from "../../src/desk/order.js";
import { Positions } from "../../src/desk/positions.js";
import { day } from "../ticks.js";

const fill = (symbol: string, side: Side, quantity: number, price: number) => ({
  orderId: 1,
  symbol,
  side,
  quantity,
  price,
  day: day(1),
});

it("averages what was paid, sells at the average, and forgets what is gone", () => {
  const positions = new Positions();
  positions.add(fill("IBM", "buy", 1, 90));
  positions.add(fill("AAPL", "buy", 100, 20));
  positions.add(fill("AAPL", "buy", 300, 24));
  positions.add(fill("AAPL", "sell", 200, 99));
  expect(positions.list()).toEqual([
    { symbol: "AAPL", quantity: 200, averagePrice: 23 },
    { symbol: "IBM", quantity: 1, averagePrice: 90 },
  ]);
  positions.add(fill("IBM", "sell", 1, 5));
  expect(positions.quantity("IBM")).toBe(0);
  expect(positions.list().map(({ symbol }) => symbol)).toEqual(["AAPL"]);
});
