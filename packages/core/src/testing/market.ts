import type { CallContext } from "../call.js";
import type { Remote } from "../client/proxy.js";
import { Event } from "../service/event.js";
import { event } from "../service/event-decorator.js";
import { expose } from "../service/expose.js";
import { service } from "../service/service.js";

/** Something held, or offered, of one instrument. */
export interface Holding {
  readonly symbol: string;
  readonly amount: number;
}

/** The service of the transport suite with an event of every mode that keeps something. */
@service("Market")
export class Market {
  /** Topics are accounts. */
  @event({ mode: "log", history: { count: 100 } }) readonly trades = new Event<number>();
  /** Topics are instruments, and so are keys. */
  @event({ mode: "latest" }) readonly quotes = new Event<number>();
  /** Topics are accounts, keys are symbols. */
  @event({ mode: "table", key: "symbol", maxKeys: 200 }) readonly holdings = new Event<Holding>();

  /** Publishes `count` trades, and answers with their number. */
  @expose({ context: true })
  trade(context: CallContext, topic: string, count: number): number {
    for (let number = 1; number <= count; number++) this.trades.publish(topic, number, context);
    return count;
  }

  /** Publishes one event of every mode, and answers with the call's id. */
  @expose({ context: true })
  tellAll(context: CallContext, amount: number): number {
    this.trades.publish("a", amount, context);
    this.quotes.publish("a", amount, context);
    this.holdings.publish("a", { symbol: "A", amount }, context);
    return context.callId;
  }
}

/** The market as its callers see it: without the context, which a proxy's type cannot leave out. */
export type RemoteMarket = Omit<Remote<Market>, "trade" | "tellAll"> & {
  trade(topic: string, count: number): Promise<number>;
  tellAll(amount: number): Promise<number>;
};
