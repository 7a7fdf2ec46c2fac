/** Something that is traded, and where its price begins. */
export interface Instrument {
  readonly symbol: string;
  readonly price: number;
}

/** What the desk trades, by symbol. */
export const instruments: ReadonlyMap<string, Instrument> = new Map(
  [
    { symbol: "AAPL", price: 212.4 },
    { symbol: "AMZN", price: 186.1 },
    { symbol: "GOOG", price: 171.8 },
    { symbol: "IBM", price: 244.3 },
    { symbol: "MSFT", price: 428.9 },
    { symbol: "NVDA", price: 131.2 },
  ].map((instrument) => [instrument.symbol, instrument]),
);
