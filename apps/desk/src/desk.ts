import { type Clock, Event, event, expose, RpcError, service } from "@rpc/core";
import { instruments } from "./instruments.js";
import type { Order, OrderRequest, Position, Quote, Side, Trade } from "./order.js";
import { OrderBook } from "./order-book.js";
import { Positions } from "./positions.js";
import { Walk } from "./walk.js";

/** What a desk is made of. */
export interface DeskOptions {
  readonly clock: Clock;
  /** Gives numbers from 0 up to, not including, 1. */
  readonly random: () => number;
  /** Milliseconds between two rounds of quotes. */
  readonly tickMs: number;
}

/** A round in so many has a trade of somebody else for each instrument. */
const roundsPerTrade = 8;

/**
 * A trading desk on a simulated market. Everything it tells has the instrument as its topic.
 *
 * It runs until it is closed.
 */
@service("Desk")
export class Desk {
  /** The newest prices of each instrument. */
  @event({ mode: "latest", cadenceMs: 400 })
  readonly quotes = new Event<Quote>();

  /** Every trade, of this desk and of others, in order. */
  @event({ mode: "log", history: { count: 5_000 } })
  readonly trades = new Event<Trade>();

  /** The desk's orders of this start of the server. */
  @event({ mode: "table", key: (order: Order) => String(order.id) })
  readonly orders = new Event<Order>();

  /** What the desk holds. */
  @event({ mode: "table", key: "symbol" })
  readonly positions = new Event<Position>();

  readonly #options: DeskOptions;
  readonly #walks: readonly Walk[];
  readonly #book = new OrderBook();
  readonly #holdings = new Positions();
  readonly #timer: { clear(): void }[] = [];
  #round = 0;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#walks = [...instruments.values()].map(
      ({ symbol, price }) => new Walk(symbol, price, options.random),
    );
    this.#wait();
  }

  /**
   * Takes an order. It trades at the quotes that suit it, up to 200 shares at each.
   *
   * @throws RpcError `invalid_argument` for an order that makes no sense.
   */
  @expose({ once: { windowMs: 300_000 } })
  placeOrder(request: OrderRequest): Order {
    const order = this.#book.add(request);
    this.orders.publish(order.symbol, order);
    return order;
  }

  /**
   * Takes an open order out of the book.
   *
   * @throws RpcError `not_found` when it is not in there.
   */
  @expose()
  cancelOrder(orderId: number): Order {
    const order = this.#book.cancel(orderId);
    if (order === undefined) throw new RpcError("not_found", `no open order ${orderId}`);
    this.orders.publish(order.symbol, order);
    return order;
  }

  /** Stops the market. Safe to call twice. */
  close(): void {
    this.#timer.pop()?.clear();
  }

  #wait(): void {
    this.#timer.push(this.#options.clock.timer(this.#options.tickMs, () => this.#tick()));
  }

  #tick(): void {
    this.#timer.pop();
    this.#round += 1;
    for (const [index, walk] of this.#walks.entries()) {
      const quote = walk.next();
      this.quotes.publish(quote.symbol, quote);
      if ((this.#round + index) % roundsPerTrade === 0) this.#tradeOfOthers(quote);
      for (const { order, trade } of this.#book.match(quote)) this.#traded(order, trade);
    }
    this.#wait();
  }

  #tradeOfOthers({ symbol, bid, ask }: Quote): void {
    const { random } = this.#options;
    const side: Side = random() < 0.5 ? "buy" : "sell";
    const quantity = 10 * (1 + Math.floor(random() * 40));
    this.trades.publish(symbol, { symbol, side, quantity, price: side === "buy" ? ask : bid });
  }

  #traded(order: Order, trade: Trade): void {
    const { symbol } = order;
    this.trades.publish(symbol, trade);
    const position = this.#holdings.add(trade);
    if (position === undefined) this.positions.remove(symbol);
    else this.positions.publish(symbol, position);
    this.orders.publish(symbol, order);
  }
}
