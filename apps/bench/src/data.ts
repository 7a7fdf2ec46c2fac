/** What peers send, and the checks of what comes back: a benchmark that does not look measures nothing. */

/** The argument of the plain question, and its right answer. */
export const name = "Alex";

/** About 1 KB as JSON or MessagePack: an order as systems send them. */
export const order = {
  id: "01HZX3J5T9Q6V0K8M2N4P7R1S3",
  symbol: "STOCK.AAPL",
  side: "buy",
  quantity: 1_200,
  limit: 187.25,
  open: true,
  placedAt: 1_700_000_000_000,
  account: { desk: "fx", trader: "alice", book: 17, limits: [1_000, 5_000, 25_000] },
  fills: Array.from({ length: 8 }, (_, index) => ({
    venue: `VENUE-${index}`,
    price: 187 + index / 8,
    quantity: 100 + index,
    fee: 0.125,
    at: 1_700_000_000_100 + index,
  })),
  note: "work the order over the afternoon, no more than ten percent of the volume, stop at the close".repeat(
    2,
  ),
};

/** The same as bytes, for peers without a codec. */
export const orderBytes: Buffer = Buffer.from(JSON.stringify(order));

/** One of a stream of events. */
export interface Tick {
  readonly n: number;
  readonly symbol: string;
  readonly bid: number;
  readonly ask: number;
  readonly at: number;
}

/** The tick with the number `n`. */
export function createTick(n: number): Tick {
  return {
    n,
    symbol: "STOCK.AAPL",
    bid: 187.25 + (n % 8) / 8,
    ask: 187.5 + (n % 8) / 8,
    at: 1_700_000_000_000 + n,
  };
}

/** Ticks that one turn of a publisher makes. */
export const ticksPerTurn = 64;

/** Throws when the answer to the plain question is wrong. */
export function checkName(answer: unknown): void {
  if (answer !== name) throw new Error(`wrong answer ${String(answer)}, expected ${name}`);
}

/** Throws when an order came back changed. */
export function checkOrder(answer: unknown): void {
  if (!isOrder(answer as typeof order))
    throw new Error(`the order came back changed: ${JSON.stringify(answer)}`);
}

// Every value, written out: a comparison by text would cost as much as some codecs.
function isOrder(given: typeof order): boolean {
  const { account, fills } = given;
  return (
    given.id === order.id &&
    given.symbol === order.symbol &&
    given.side === order.side &&
    given.quantity === order.quantity &&
    given.limit === order.limit &&
    given.open === order.open &&
    given.placedAt === order.placedAt &&
    given.note === order.note &&
    account.desk === order.account.desk &&
    account.trader === order.account.trader &&
    account.book === order.account.book &&
    account.limits.length === order.account.limits.length &&
    account.limits.every((limit, index) => limit === order.account.limits[index]) &&
    fills.length === order.fills.length &&
    fills.every((fill, index) => isFill(fill, order.fills[index]!))
  );
}

function isFill(fill: Fill, expected: Fill): boolean {
  return (
    fill.venue === expected.venue &&
    fill.price === expected.price &&
    fill.quantity === expected.quantity &&
    fill.fee === expected.fee &&
    fill.at === expected.at
  );
}

type Fill = (typeof order)["fills"][number];

const blocks = new Map<number, Uint8Array>();

/** Bytes that tell apart what is out of place in them; always the same block for a size. */
export function createBytes(size: number): Uint8Array {
  let block = blocks.get(size);
  if (block === undefined) {
    block = Uint8Array.from({ length: size }, (_, index) => (index * 7) % 251);
    blocks.set(size, block);
  }
  return block;
}

/** Throws when bytes came back changed: all of them are compared. */
export function checkBytes(answer: Uint8Array, size: number): void {
  if (answer.length !== size || Buffer.compare(answer, createBytes(size)) !== 0) {
    throw new Error(`${size} bytes came back changed`);
  }
}

/** Follows ticks: they have to come complete and in order. */
export class TickCheck {
  #last: number | undefined;
  #count = 0;
  #waiting: { readonly until: number; resolve(): void; reject(error: Error): void } | undefined;

  /** Takes a tick by its number. */
  take(n: number): void {
    if (this.#last !== undefined && n !== this.#last + 1) {
      this.#waiting?.reject(new Error(`tick ${n} came after ${this.#last}`));
      return;
    }
    this.#last = n;
    this.#count += 1;
    if (this.#count !== this.#waiting?.until) return;
    this.#waiting.resolve();
    this.#waiting = undefined;
  }

  /** Resolves when `count` more have come. Called before they can. */
  next(count: number): Promise<void> {
    const until = this.#count + count;
    return new Promise((resolve, reject) => {
      this.#waiting = { until, resolve, reject };
    });
  }
}

/** Throws unless a stream's ticks were `0 … count - 1`, one after the other. */
export async function checkStream(
  ticks: AsyncIterable<unknown>,
  count: number,
  numberOf: (tick: never) => number,
) {
  let expected = 0;
  for await (const tick of ticks) {
    const n = numberOf(tick as never);
    if (n !== expected) throw new Error(`tick ${n} came, expected ${expected}`);
    expected += 1;
  }
  if (expected !== count) throw new Error(`the stream ended after ${expected} ticks, expected ${count}`);
}
