import { type Clock, Event, event, expose, RpcError, service } from "@rpc/core";
import { checkOrder } from "./desk/check-order.js";
import type { Fill, Order, OrderRequest, Position } from "./desk/order.js";
import { OrderBook } from "./desk/order-book.js";
import { OrderNotOpen, OrderRefused } from "./desk/order-errors.js";
import { Positions } from "./desk/positions.js";
import { instruments } from "./prices/instruments.js";
import type { Prices, Tick, TradingDay } from "./prices/prices.js";
import { Replay } from "./prices/replay.js";

/** How the market stands after it was asked to open. */
export interface Market {
  /** Whether it was open before. */
  wasOpen: boolean;
  /** The day that is traded next. */
  nextDay: Date;
}

/** What a desk is made of. */
export interface TradingDeskOptions {
  readonly prices: Prices;
  readonly clock: Clock;
  /** Milliseconds that one day of the replay takes. */
  readonly dayMs: number;
}

const mostTicks = 1_000;

/**
 * A desk that trades on past prices.
 *
 * Its market stands still until somebody opens it; then it replays day after day, and closes after the last one. All
 * events have the topic of their instrument, `STOCK.AAPL` or `INDEX.SPX`.
 */
@service("TradingDesk")
export class TradingDesk {
  /** Told for every price. */
  @event()
  readonly ticks = new Event<Tick>();

  /** Told when an order is taken, and when it leaves the book. */
  @event()
  readonly orders = new Event<Order>();

  /** Told for every trade. */
  @event()
  readonly fills = new Event<Fill>();

  readonly #prices: Prices;
  readonly #replay: Replay;
  readonly #book = new OrderBook();
  readonly #positions = new Positions();

  constructor({ prices, clock, dayMs }: TradingDeskOptions) {
    this.#prices = prices;
    this.#replay = new Replay({
      days: prices.days,
      clock,
      dayMs,
      traded: (day) => this.#traded(day),
      ended: () => this.#expireOrders(),
    });
  }

  /**
   * Opens the market at the first day. One that is open stays as it is.
   *
   * @throws RpcError `failed_precondition` when there are no prices.
   */
  @expose()
  openMarket(): Market {
    const wasOpen = this.#replay.running;
    const { nextDay } = this.#replay;
    if (nextDay === undefined) throw new RpcError("failed_precondition", "there are no prices to trade on");
    this.#replay.start();
    return { wasOpen, nextDay };
  }

  /**
   * Takes an order, open market or not. It trades at the next price of its instrument that suits it, all at once.
   *
   * @throws OrderRefused with the reason; nothing has changed then.
   */
  @expose({ throws: [OrderRefused] })
  placeOrder(order: OrderRequest): Order {
    const available = (symbol: string) => this.#positions.quantity(symbol) - this.#book.offered(symbol);
    const placed = this.#book.add(checkOrder(order, { available }));
    this.#tell(placed);
    return placed;
  }

  /**
   * Takes an open order out of the book.
   *
   * @throws OrderNotOpen when it is not in there.
   */
  @expose({ throws: [OrderNotOpen] })
  cancelOrder(orderId: number): Order {
    const cancelled = this.#book.cancel(orderId);
    if (cancelled === undefined) throw new OrderNotOpen(orderId);
    this.#tell(cancelled);
    return cancelled;
  }

  /** Shares that the desk holds, by symbol. */
  @expose()
  positions(): Position[] {
    return this.#positions.list();
  }

  /**
   * Prices of one instrument from one day to another, both included, from the whole archive.
   *
   * @throws RpcError `not_found` for a symbol that is not known, `invalid_argument` for dates that are none or in the
   * wrong order, `out_of_range` for more than 1,000 prices: ask for fewer days.
   */
  @expose()
  history(symbol: string, from: Date, to: Date): Tick[] {
    if (!instruments.has(symbol)) throw new RpcError("not_found", `no instrument ${String(symbol)}`);
    if (!isDay(from) || !isDay(to)) throw new RpcError("invalid_argument", "from and to must be dates");
    if (from > to) {
      throw new RpcError("invalid_argument", `from ${from.toISOString()} is after to ${to.toISOString()}`);
    }
    const ticks = this.#prices.history(symbol, from, to);
    if (ticks.length > mostTicks) {
      throw new RpcError("out_of_range", `${ticks.length} prices exceed ${mostTicks}; ask for fewer days`);
    }
    return [...ticks];
  }

  /** Stops the replay. Safe to call twice. */
  close(): void {
    this.#replay.close();
  }

  #traded({ ticks }: TradingDay): void {
    for (const tick of ticks) {
      this.ticks.publish(topicOf(tick.symbol), tick);
      for (const order of this.#book.match(tick)) this.#fill(order, tick);
    }
  }

  #fill(order: Order, { price, day }: Tick): void {
    const { symbol, side, quantity } = order.request;
    const fill: Fill = { orderId: order.id, symbol, side, quantity, price, day };
    this.#positions.add(fill);
    this.fills.publish(topicOf(symbol), fill);
    this.#tell(order);
  }

  #expireOrders(): void {
    for (const order of this.#book.expire()) this.#tell(order);
  }

  #tell(order: Order): void {
    this.orders.publish(topicOf(order.request.symbol), order);
  }
}

function topicOf(symbol: string): string {
  const instrument = instruments.get(symbol);
  if (instrument === undefined) throw new Error(`no instrument ${symbol}`);
  return instrument.topic;
}

function isDay(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime());
}
