import { describe, expect, it } from "vitest";
import { checkOrder } from "../../src/desk/check-order.js";
import { OrderRefused, type RefusalReason } from "../../src/desk/order-errors.js";

const holdings = { available: (symbol: string) => (symbol === "AAPL" ? 10 : 0) };
const limit = { type: "limit", symbol: "AAPL", side: "buy", quantity: 5, price: 20 };
const market = { type: "market", symbol: "AAPL", side: "sell", quantity: 10 };

function refusalOf(order: unknown): OrderRefused {
  try {
    checkOrder(order, holdings);
  } catch (error) {
    if (error instanceof OrderRefused) return error;
    throw error;
  }
  throw new Error("the order was taken");
}

describe("checkOrder", () => {
  it("takes limit and market orders, and of each what belongs to it", () => {
    expect(checkOrder({ ...limit, note: "soon" }, holdings)).toEqual(limit);
    expect(checkOrder({ ...market, price: undefined }, holdings)).toEqual(market);
  });

  it.each<[string, unknown, RefusalReason, string]>([
    ["nothing", null, "malformed", "an order must be an object, got null"],
    ["a text", "buy", "malformed", "an order must be an object, got string"],
    ["another side", { ...limit, side: "hold" }, "malformed", "side must be buy or sell, got hold"],
    ["another type", { ...limit, type: "stop" }, "malformed", "type must be market or limit, got stop"],
    [
      "no symbol",
      { ...limit, symbol: undefined },
      "unknown-symbol",
      "no instrument undefined; known are SPX, ",
    ],
    ["another symbol", { ...limit, symbol: "ACME" }, "unknown-symbol", "no instrument ACME; known are SPX, "],
    [
      "a name every object has",
      { ...limit, symbol: "constructor" },
      "unknown-symbol",
      "no instrument constructor",
    ],
    ["the index", { ...limit, symbol: "SPX" }, "not-tradable", "SPX is an index and cannot be traded"],
    ["no shares", { ...limit, quantity: 0 }, "bad-quantity", "a whole number from 1 to 1000000, got 0"],
    ["half a share", { ...limit, quantity: 2.5 }, "bad-quantity", "got 2.5"],
    ["too many shares", { ...limit, quantity: 1_000_001 }, "bad-quantity", "got 1000001"],
    ["shares as text", { ...limit, quantity: "5" }, "bad-quantity", "got 5"],
    [
      "a limit without price",
      { ...limit, price: undefined },
      "bad-price",
      "needs a price above 0, got undefined",
    ],
    ["a limit at nothing", { ...limit, price: 0 }, "bad-price", "got 0"],
    ["a limit at infinity", { ...limit, price: Infinity }, "bad-price", "got Infinity"],
    [
      "a market order with a price",
      { ...market, price: 5 },
      "bad-price",
      "a market order takes no price, got 5",
    ],
    [
      "shares that are not held",
      { ...market, quantity: 11 },
      "not-enough-shares",
      "cannot sell 11 AAPL: 10 are held",
    ],
  ])("refuses %s", (_, order, reason, message) => {
    const refusal = refusalOf(order);
    expect(refusal.reason).toBe(reason);
    expect(refusal.message).toContain(message);
    expect(refusal.code).toBe(reason === "not-enough-shares" ? "failed_precondition" : "invalid_argument");
  });
});
