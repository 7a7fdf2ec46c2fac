import { setTimeout as sleep } from "node:timers/promises";
import { connect, type Remote } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { Child } from "../child.js";
import { type Feed, quoteKeys } from "../feed.js";
import type { FeedState, Telling } from "../programs/feed-server.js";
import { none, type Proof, some } from "../proof.js";
import { waitUntil } from "../wait-until.js";

const sizes = {
  short: { updates: 200_000, readMs: 250 },
  full: { updates: 1_000_000, readMs: 1_000 },
};
const perSecond = 100_000;

/** Quotes for somebody who looks at them once a second. */
export const conflation: Proof = {
  name: "conflation",
  what: "updates of 1,000 keys for a reader who looks now and then: always the newest, memory bounded by keys",
  async run(size) {
    const { updates, readMs } = sizes[size];
    const { child: server, answer: url } = await Child.start<string>("feed-server", {});
    const client = await connect(url, { transports: [tcp()] });
    try {
      const newest = new Map<string, number>();
      let received = 0;
      let backward = 0;
      let gaps = 0;
      let mostWaiting = 0;
      await client.service<Remote<Feed>>("Feed").quotes.subscribe("", (item) => {
        if (item.kind === "gap") gaps += 1;
        if (item.kind !== "live" && item.kind !== "snapshot") return undefined;
        if (item.value <= (newest.get(item.topic) ?? 0)) backward += 1;
        newest.set(item.topic, item.value);
        mostWaiting = Math.max(mostWaiting, client.stats().queuedEvents);
        return ++received % quoteKeys === 0 ? sleep(readMs) : undefined;
      });
      await server.ask("tell", { what: "quotes", count: quoteKeys } satisfies Telling);
      await server.ask("warm");
      await server.ask("tell", { what: "quotes", count: updates - quoteKeys, perSecond } satisfies Telling);
      const expected = new Map(
        Array.from({ length: quoteKeys }, (_, index) => {
          const number = updates - index;
          return [`key.${number % quoteKeys}`, number] as const;
        }),
      );
      const wrong = () => [...expected].filter(([key, number]) => newest.get(key) !== number);
      await waitUntil("the newest values", () => wrong().length === 0).catch(() => {});
      const { grownMiB, mostQueued } = await server.ask<FeedState>("state");
      return {
        tried: `${updates.toLocaleString("en")} updates, read every ${readMs} ms`,
        figures: [
          none("wrong keys", wrong().length),
          none("updates out of order", backward),
          none("gaps", gaps),
          some("received", received),
          { name: "waited at the server at most", value: mostQueued, atMost: quoteKeys },
          { name: "at the client", value: mostWaiting, atMost: 1_024 },
          { name: "MiB more at the server", value: grownMiB, atMost: 64 },
        ],
        notes: wrong().map(([key, number]) => `${key} is ${newest.get(key)}, ${number} is the newest`),
      };
    } finally {
      await client.close();
      await server.end();
    }
  },
};
