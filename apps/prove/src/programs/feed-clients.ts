/** Many clients of one feed, some of them slow, whose links are cut now and then. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, connect, type Remote, type Subscription } from "@rpc/core";
import { createFaultyLink, type FaultyLink } from "@rpc/core/testing";
import { tcp } from "@rpc/transport-tcp";
import { answerParent } from "../answer-parent.js";
import type { Feed } from "../feed.js";
import { waitUntil } from "../wait-until.js";

export interface FeedClientsOptions {
  readonly url: string;
  readonly fast: number;
  readonly slow: number;
}

/** What the clients of a feed saw, all together. */
export interface FeedReport {
  readonly deliveries: number;
  /** Places where an item did not follow the one before it. */
  readonly broken: readonly string[];
  /** Events that fast clients were told as gaps. */
  readonly fastMissed: number;
  readonly slowMissed: number;
  readonly cuts: number;
}

class Reader {
  reached = 0;
  deliveries = 0;
  missed = 0;
  readonly broken: string[] = [];
  readonly link: FaultyLink = createFaultyLink(tcp());
  readonly #slow: boolean;
  #client!: Client;
  #subscription: Subscription<number> | undefined;

  constructor(slow: boolean) {
    this.#slow = slow;
  }

  async connect(url: string): Promise<void> {
    // What the slow ones have not asked for waits at the server.
    const limits = this.#slow ? { subscriptionCreditItems: 64 } : {};
    this.#client = await connect(url, { transports: [this.link.transport], limits });
  }

  async subscribe(): Promise<void> {
    let next: number | undefined;
    const feed = this.#client.service<Remote<Feed>>("Feed");
    this.#subscription = await feed.trades.subscribe("", (item) => {
      if (item.kind === "removed" || item.kind === "mark") return undefined;
      const first = item.kind === "gap" ? item.from : item.seq;
      const last = item.kind === "gap" ? (item.to ?? Number.NaN) : item.seq;
      if (first !== (next ?? first)) this.broken.push(`${item.kind} ${first} came, ${next} was expected`);
      next = last + 1;
      this.reached = last;
      if (item.kind === "gap") this.missed += last - first + 1;
      else this.deliveries += 1;
      return this.#slow && slowly && this.deliveries % 20 === 0 ? sleep(100) : undefined;
    });
  }

  async unsubscribe(): Promise<void> {
    await this.#subscription?.unsubscribe();
  }
}

let fast: Reader[] = [];
let slow: Reader[] = [];
let cuts = 0;
let slowly = true;

answerParent({
  async start(options: FeedClientsOptions): Promise<void> {
    const create = (count: number, isSlow: boolean) =>
      Array.from({ length: count }, () => new Reader(isSlow));
    fast = create(options.fast, false);
    slow = create(options.slow, true);
    await Promise.all([...fast, ...slow].map((reader) => reader.connect(options.url)));
    await Promise.all(fast.map((reader) => reader.subscribe()));
  },
  /** The slow ones come, or go. */
  async slow(present: boolean) {
    await Promise.all(slow.map((reader) => (present ? reader.subscribe() : reader.unsubscribe())));
  },
  /** The slow ones hurry: resolves when all have caught up. */
  async catchUp(number: number) {
    slowly = false;
    await waitUntil("the slow ones", () => slow.every(({ reached }) => reached >= number));
  },
  /** Resolves when every fast one has come that far. */
  async reached(number: number) {
    await waitUntil("the fast ones", () => fast.every(({ reached }) => reached >= number));
  },
  /** Ends the connection of one of them, drawn at random. */
  cut() {
    const all = [...fast, ...slow];
    const { link } = all[Math.floor(Math.random() * all.length)]!;
    cuts += link.open;
    link.cut();
  },
  report(): FeedReport {
    const sum = (readers: readonly Reader[], name: "deliveries" | "missed") =>
      readers.reduce((total, reader) => total + reader[name], 0);
    return {
      deliveries: sum(fast, "deliveries") + sum(slow, "deliveries"),
      broken: [...fast, ...slow].flatMap(({ broken }) => broken),
      fastMissed: sum(fast, "missed"),
      slowMissed: sum(slow, "missed"),
      cuts,
    };
  },
});
