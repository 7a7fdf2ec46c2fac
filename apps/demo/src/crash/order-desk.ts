import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Event, event, expose, service } from "@rpc/core";

/** What the desk holds of one instrument. */
export interface Holding {
  symbol: string;
  quantity: number;
}

const symbols = ["AAPL", "AMZN", "IBM"];
const tickMs = 5;
const exchangeMs = 2;

/**
 * A desk that may die at any moment. The exchange that it trades at is a file: what is written there has happened,
 * whatever becomes of the desk.
 */
@service("OrderDesk")
export class OrderDesk {
  /** A number that goes up; topics are instruments. */
  @event()
  readonly ticks = new Event<number>();

  /** What the desk holds: all of it first, then every change. */
  @event({ mode: "table", key: "symbol" })
  readonly holdings = new Event<Holding>();

  readonly #exchange: string;
  readonly #held = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #tick = 0;

  /** Begins with what has happened at the exchange before. */
  constructor(exchange: string) {
    this.#exchange = exchange;
    for (const { symbol, quantity } of this.#bookings()) this.#hold(symbol, quantity);
    this.#timer = setInterval(() => this.#tellTicks(), tickMs);
  }

  /** Buys. It must not run twice, so its caller gives a key. */
  @expose({ once: { windowMs: 600_000 } })
  async buy(order: string, symbol: string, quantity: number): Promise<string> {
    await sleep(exchangeMs);
    appendFileSync(this.#exchange, `${order} ${symbol} ${quantity}\n`);
    this.#hold(symbol, quantity);
    this.#tellHolding(symbol);
    await sleep(exchangeMs);
    return `bought ${quantity} ${symbol}`;
  }

  /** How often an order was booked at the exchange: what a person would ask there. */
  @expose({ idempotent: true })
  bookingsOf(order: string): number {
    return this.#bookings().filter((booking) => booking.order === order).length;
  }

  /** Tells what the desk holds, of every instrument. */
  tellHoldings(): void {
    for (const symbol of symbols) this.#tellHolding(symbol);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #bookings() {
    if (!existsSync(this.#exchange)) return [];
    const lines = readFileSync(this.#exchange, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => {
      const [order = "", symbol = "", quantity = ""] = line.split(" ");
      return { order, symbol, quantity: Number(quantity) };
    });
  }

  #hold(symbol: string, quantity: number): void {
    this.#held.set(symbol, (this.#held.get(symbol) ?? 0) + quantity);
  }

  #tellHolding(symbol: string): void {
    this.holdings.publish(symbol, { symbol, quantity: this.#held.get(symbol) ?? 0 });
  }

  #tellTicks(): void {
    this.#tick += 1;
    for (const symbol of symbols) this.ticks.publish(symbol, this.#tick);
  }
}
