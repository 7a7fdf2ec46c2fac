import type { Client } from "@rpc/core";
import { type Fill, type Order, type Tick, TradingDeskClient } from "../generated/client.js";
import { Heard } from "./heard.js";
import type { Transcript } from "./transcript.js";

const apple = { type: "limit", side: "buy", symbol: "AAPL", quantity: 100, price: 22 } as const;
/** Ticks shown one by one: more than come on a market that has just opened, fewer than fill a screen. */
const mostLines = 16;

/** A day at the desk: ticks by prefix, an order, its fill, the position, the archive, and orders that are refused. */
export async function trade(client: Client, transcript: Transcript): Promise<void> {
  transcript.chapter("The trading desk: events by prefix, and an order");
  const desk = client.service(TradingDeskClient);
  const listening = await listen(desk, transcript);

  const order = await transcript.call(
    "desk.placeOrder(buy 100 AAPL at 22 or less)",
    desk.placeOrder(apple),
    briefly,
  );
  const { wasOpen, nextDay } = await desk.openMarket();
  transcript.note(
    wasOpen
      ? `desk.openMarket(): it is open and at ${dateOf(nextDay)}; the order waits for its price, or for the close.`
      : `desk.openMarket(): real prices, day by day, from ${dateOf(nextDay)} on.`,
  );
  const fill = await listening.settled(order.id);
  if (fill === undefined)
    transcript.note("The market closed before the price came, so the order has expired.");
  else {
    transcript.heard(
      `filled: ${fill.quantity} ${fill.symbol} at ${fill.price.toFixed(2)} on ${dateOf(fill.day)}`,
    );
    await listening.compare({ from: nextDay, to: fill.day });
  }
  await listening.close();
  await transcript.call("desk.positions()", desk.positions());

  await askAndRefuse(desk, transcript);
}

interface Listening {
  /** Waits for the end of an order; undefined when it was not filled. */
  settled(orderId: number): Promise<Fill | undefined>;
  /** Tells what the prefix let through, and what it kept out. */
  compare(days: { readonly from: Date; readonly to: Date }): Promise<void>;
  close(): Promise<void>;
}

async function listen(desk: TradingDeskClient, transcript: Transcript): Promise<Listening> {
  transcript.note('Subscribes to ticks that start with "STOCK.A"; and to all of them, only to count.');
  const ticks = await Heard.of(desk.ticks, "STOCK.A", createTickPrinter(transcript));
  const all = await Heard.of(desk.ticks, "");
  const orders = await Heard.of(desk.orders, "STOCK.AAPL");
  const fills = await Heard.of(desk.fills, "STOCK.AAPL");
  return {
    async settled(orderId) {
      const end = (heard: readonly Order[]) =>
        heard.find(({ id, state }) => id === orderId && state !== "open");
      await orders.until((heard) => end(heard) !== undefined);
      if (end(orders.values)?.state !== "filled") return undefined;
      const own = (heard: readonly Fill[]) => heard.find((fill) => fill.orderId === orderId);
      await fills.until((heard) => own(heard) !== undefined);
      return own(fills.values);
    },
    async compare({ from, to }) {
      const between = (heard: readonly Tick[]) => heard.filter(({ day }) => day >= from && day <= to);
      // Subscriptions are in order each, not among each other, so both must be complete before they are counted.
      await all.until((heard) => heard.some(({ day }) => day > to));
      const expected = between(all.values).filter(({ symbol }) => symbol.startsWith("A"));
      await ticks.until((heard) => between(heard).length >= expected.length);
      const published = countBySymbol(between(all.values));
      const arrived = countBySymbol(between(ticks.values));
      const kept = [...published.keys()].filter((symbol) => !arrived.has(symbol));
      transcript.note(`The desk published until then: ${list(published)}.`);
      transcript.note(`Through the prefix came ${list(arrived)}; ${kept.join(", ")} stayed out.`);
    },
    async close() {
      for (const heard of [ticks, all, orders, fills]) await heard.close();
    },
  };
}

async function askAndRefuse(desk: TradingDeskClient, transcript: Transcript): Promise<void> {
  const prices = await transcript.call(
    'desk.history("SPX", 3 to 7 January 2000)',
    desk.history("SPX", new Date("2000-01-03"), new Date("2000-01-07")),
    (ticks) => ticks.map(({ price }) => Number(price.toFixed(2))),
  );
  const last = prices.at(-1);
  if (last?.bar !== undefined) {
    transcript.note(
      `The last is of ${dateOf(last.day)}, a Date; its volume, ${last.bar.volume}n, is a bigint.`,
    );
  }
  const far = desk.placeOrder({ type: "limit", side: "buy", symbol: "IBM", quantity: 10, price: 1 });
  const { id } = await transcript.call("desk.placeOrder(buy 10 IBM at 1 or less)", far, briefly);
  await transcript.call(`desk.cancelOrder(${id})`, desk.cancelOrder(id), briefly);

  transcript.note("What the desk does not take, it refuses with an error that it declared:");
  await transcript.refusal("desk.placeOrder(buy 2.5 AAPL)", desk.placeOrder({ ...apple, quantity: 2.5 }));
  await transcript.refusal("desk.placeOrder(buy 100 ACME)", desk.placeOrder({ ...apple, symbol: "ACME" }));
  await transcript.refusal("desk.placeOrder(buy 100 SPX)", desk.placeOrder({ ...apple, symbol: "SPX" }));
}

/** Prints ticks up to the day at which the order can trade, so that a slow screen shows no more than a fast one. */
function createTickPrinter(transcript: Transcript): (tick: Tick) => void {
  let lines = 0;
  let lastDay: Date | undefined;
  return ({ symbol, day, price }) => {
    if (symbol === apple.symbol && price <= apple.price) lastDay ??= day;
    if (lastDay !== undefined && day > lastDay) return;
    lines += 1;
    if (lines <= mostLines)
      transcript.heard(`${dateOf(day)}  STOCK.${symbol} ${price.toFixed(2).padStart(8)}`);
    if (lines === mostLines) transcript.heard("… and so on");
  };
}

function briefly({ id, state }: Order): object {
  return { id, state };
}

function countBySymbol(ticks: readonly Tick[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { symbol } of ticks.toSorted((one, other) => (one.symbol < other.symbol ? -1 : 1))) {
    counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  }
  return counts;
}

function list(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([symbol, count]) => `${symbol} ${count}`).join(", ");
}

function dateOf(day: Date): string {
  return day.toISOString().slice(0, 10);
}
