/** Something with a price. */
export interface Instrument {
  /** Its short name: `AAPL`. */
  readonly symbol: string;
  /** Topic of everything that is told about it: `STOCK.AAPL`. */
  readonly topic: string;
  /** An index can be watched, not bought. */
  readonly tradable: boolean;
}

/** What the desk knows, by symbol: the index and five shares. */
export const instruments: ReadonlyMap<string, Instrument> = new Map(
  [
    { symbol: "SPX", topic: "INDEX.SPX", tradable: false },
    ...["AAPL", "AMZN", "GOOG", "IBM", "MSFT"].map(share),
  ].map((instrument) => [instrument.symbol, instrument]),
);

function share(symbol: string): Instrument {
  return { symbol, topic: `STOCK.${symbol}`, tradable: true };
}
