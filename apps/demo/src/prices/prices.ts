/** The price of one instrument on one day. */
export interface Tick {
  symbol: string;
  /** Midnight UTC. */
  day: Date;
  /** At the close, in dollars; of an index, its points. */
  price: number;
  /** What else the day brought, where it is known: for the index. */
  bar?: Bar;
}

/** One day of trading. */
export interface Bar {
  open: number;
  high: number;
  low: number;
  /** Shares that changed hands. */
  volume: bigint;
}

/** A day and all its ticks. */
export interface TradingDay {
  readonly day: Date;
  readonly ticks: readonly Tick[];
}

/** Past prices: by instrument for who asks, by day for the replay. */
export class Prices {
  /** In order, each with at least one tick. */
  readonly days: readonly TradingDay[];
  readonly #bySymbol = new Map<string, Tick[]>();

  /** Ticks may come in any order; those of one day keep theirs. */
  constructor(ticks: readonly Tick[]) {
    const days = new Map<number, Tick[]>();
    for (const tick of ticks.toSorted((one, other) => one.day.getTime() - other.day.getTime())) {
      addTo(days, tick.day.getTime(), tick);
      addTo(this.#bySymbol, tick.symbol, tick);
    }
    this.days = [...days].map(([time, ofDay]) => ({ day: new Date(time), ticks: ofDay }));
  }

  /** Ticks of one instrument from one day to another, both included; none for a symbol that is not known. */
  history(symbol: string, from: Date, to: Date): readonly Tick[] {
    return (this.#bySymbol.get(symbol) ?? []).filter(({ day }) => day >= from && day <= to);
  }
}

function addTo<Key>(lists: Map<Key, Tick[]>, key: Key, tick: Tick): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [tick]);
  else list.push(tick);
}
