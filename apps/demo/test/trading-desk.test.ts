import { type Client, connect, memory, type Server, serve } from "@rpc/core";
import { VirtualClock } from "@rpc/core/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Fill,
  type LimitOrder,
  type Order,
  OrderNotOpen,
  OrderRefused,
  TradingDeskClient,
} from "../src/generated/client.js";
import { Prices, type Tick } from "../src/prices/prices.js";
import { Heard } from "../src/tour/heard.js";
import { TradingDesk } from "../src/trading-desk.js";
import { day, tick } from "./ticks.js";

const dayMs = 10;
const apple: LimitOrder = { type: "limit", symbol: "AAPL", side: "buy", quantity: 100, price: 22 };

describe("TradingDesk", () => {
  // The market's clock is the test's; client and server run on the machine's.
  const clock = new VirtualClock();
  let desk: TradingDesk;
  let server: Server;
  let client: Client;
  let remote: TradingDeskClient;

  async function open(ticks: readonly Tick[]): Promise<void> {
    desk = new TradingDesk({ prices: new Prices(ticks), clock, dayMs });
    const transports = [memory()];
    server = await serve([desk], { transports, listen: "memory:desk" });
    client = await connect("memory:desk", { transports });
    remote = client.service(TradingDeskClient);
  }

  beforeEach(() =>
    open([
      tick("SPX", 1, 1_400),
      tick("AAPL", 1, 26),
      tick("AAPL", 2, 21),
      tick("IBM", 2, 90),
      tick("AAPL", 3, 30),
    ]),
  );

  afterEach(async () => {
    desk.close();
    await client.close();
    await server.close();
    expect(clock.timers).toBe(0);
  });

  it("tells prices under the topic of their instrument, in order", async () => {
    const stocks: string[] = [];
    const all = await Heard.of(remote.ticks, "");
    const subscription = await remote.ticks.subscribe("STOCK.A", (item) => {
      stocks.push(item.kind === "mark" ? item.kind : item.topic);
    });
    expect(await remote.openMarket()).toEqual({ wasOpen: false, nextDay: day(1) });
    await clock.advance(3 * dayMs);
    await all.until(({ length }) => length === 5);
    expect(all.values.map(({ symbol, day }) => [symbol, day.getUTCDate()])).toEqual([
      ["SPX", 1],
      ["AAPL", 1],
      ["AAPL", 2],
      ["IBM", 2],
      ["AAPL", 3],
    ]);
    await subscription.unsubscribe();
    expect(stocks).toEqual(["STOCK.AAPL", "STOCK.AAPL", "STOCK.AAPL"]);
  });

  it("fills an order at the first price that suits it, and tells so", async () => {
    const orders = await Heard.of(remote.orders, "STOCK.AAPL");
    const fills = await Heard.of(remote.fills, "STOCK.AAPL");
    const order = await remote.placeOrder(apple);
    expect(order).toEqual({ id: 1, request: apple, state: "open" });
    await remote.openMarket();
    await clock.advance(3 * dayMs);
    await fills.until(({ length }) => length > 0);
    await orders.until(({ length }) => length > 1);
    const filled: Order = { ...order, state: "filled" };
    expect(orders.values).toEqual([order, filled]);
    const fill: Fill = { orderId: 1, symbol: "AAPL", side: "buy", quantity: 100, price: 21, day: day(2) };
    expect(fills.values).toEqual([fill]);
    expect(await remote.positions()).toEqual([{ symbol: "AAPL", quantity: 100, averagePrice: 21 }]);
  });

  it("sells what it holds, no more, and offers nothing twice", async () => {
    await remote.placeOrder({ type: "market", symbol: "AAPL", side: "buy", quantity: 10 });
    await remote.openMarket();
    await clock.advance(dayMs);
    await remote.placeOrder({ type: "limit", symbol: "AAPL", side: "sell", quantity: 8, price: 28 });
    const more = remote.placeOrder({ type: "market", symbol: "AAPL", side: "sell", quantity: 3 });
    await expect(more).rejects.toMatchObject({
      reason: "not-enough-shares",
      message: "cannot sell 3 AAPL: 2 are held and not offered yet",
    });
    await clock.advance(2 * dayMs);
    expect(await remote.positions()).toEqual([{ symbol: "AAPL", quantity: 2, averagePrice: 26 }]);
  });

  it("refuses bad orders as the error it declared", async () => {
    const refusal = await remote.placeOrder({ ...apple, symbol: "ACME" }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(OrderRefused);
    expect(refusal).toMatchObject({
      name: "OrderRefused",
      code: "invalid_argument",
      outcome: "executed",
      reason: "unknown-symbol",
    });
  });

  it("cancels an open order, once", async () => {
    const order = await remote.placeOrder(apple);
    expect(await remote.cancelOrder(order.id)).toEqual({ ...order, state: "cancelled" });
    const again = await remote.cancelOrder(order.id).catch((error: unknown) => error);
    expect(again).toBeInstanceOf(OrderNotOpen);
    expect(again).toMatchObject({ code: "not_found", orderId: order.id, message: "no open order 1" });
  });

  it("expires what is open when the market closes, and may open again", async () => {
    const orders = await Heard.of(remote.orders, "");
    await remote.placeOrder({ ...apple, price: 5 });
    await remote.openMarket();
    expect(await remote.openMarket()).toMatchObject({ wasOpen: true });
    await clock.advance(3 * dayMs);
    await orders.until(({ length }) => length === 2);
    expect(orders.values.map(({ state }) => state)).toEqual(["open", "expired"]);
    expect(await remote.openMarket()).toEqual({ wasOpen: false, nextDay: day(1) });
  });

  it("gives the archive of a symbol, with dates, whatever the market's day", async () => {
    expect(await remote.history("AAPL", day(2), day(3))).toEqual([tick("AAPL", 2, 21), tick("AAPL", 3, 30)]);
    expect(await remote.history("GOOG", day(1), day(31))).toEqual([]);
  });

  it.each([
    ["ACME", day(1), day(2), "not_found", "no instrument ACME"],
    [
      "AAPL",
      day(2),
      day(1),
      "invalid_argument",
      "from 2000-01-02T00:00:00.000Z is after to 2000-01-01T00:00:00.000Z",
    ],
    ["AAPL", "2000" as unknown as Date, day(1), "invalid_argument", "from and to must be dates"],
    ["AAPL", day(1), undefined as unknown as Date, "invalid_argument", "from and to must be dates"],
  ])("has no history of %s from %s to %s", async (symbol, from, to, code, message) => {
    await expect(remote.history(symbol, from, to)).rejects.toMatchObject({ code, message });
  });

  it("gives 1,000 prices at once, not one more", async () => {
    desk.close();
    await client.close();
    await server.close();
    await open(Array.from({ length: 1_001 }, (_, index) => tick("SPX", index + 1, 1_400)));
    expect(await remote.history("SPX", day(1), day(1_000))).toHaveLength(1_000);
    await expect(remote.history("SPX", day(1), day(1_001))).rejects.toMatchObject({
      code: "out_of_range",
      message: "1001 prices exceed 1000; ask for fewer days",
    });
  });

  it("cannot open without prices", async () => {
    await client.close();
    await server.close();
    await open([]);
    await expect(remote.openMarket()).rejects.toMatchObject({ code: "failed_precondition" });
  });
});
