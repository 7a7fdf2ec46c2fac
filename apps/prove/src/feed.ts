import { Event, event, service } from "@rpc/core";

/** How many keys the quotes of a feed have. */
export const quoteKeys = 1_000;

/** A service that only tells: trades that nobody may miss in silence, quotes of which only the newest counts. */
@service("Feed")
export class Feed {
  @event({ mode: "log", history: { count: 1_000 } }) readonly trades = new Event<number>();
  @event({ mode: "latest" }) readonly quotes = new Event<number>();
  trade = 0;
  quote = 0;

  /** Tells so many trades, numbered on and on. */
  tellTrades(count: number): void {
    for (let told = 0; told < count; told++) this.trades.publish("stock", ++this.trade);
  }

  /** Tells so many quotes, of each key in turn. */
  tellQuotes(count: number): void {
    for (let told = 0; told < count; told++) {
      const number = ++this.quote;
      this.quotes.publish(`key.${number % quoteKeys}`, number);
    }
  }
}
