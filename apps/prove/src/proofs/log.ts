import { setTimeout as sleep } from "node:timers/promises";
import { connect, type EventItem, type Remote } from "@rpc/core";
import { checkEvents } from "@rpc/core/testing";
import { tcp } from "@rpc/transport-tcp";
import { Child } from "../child.js";
import type { Feed } from "../feed.js";
import type { FeedState, Telling } from "../programs/feed-server.js";
import { none, type Proof, some } from "../proof.js";
import { waitUntil } from "../wait-until.js";

const sizes = {
  short: { events: 200_000, perSecond: 100_000 },
  full: { events: 1_000_000, perSecond: 100_000 },
};
const slower = 10;
const batch = 500;

/** A log whose reader cannot keep up. */
export const log: Proof = {
  name: "log",
  what: "log events for a reader at a tenth of the speed: each is received, or told as part of a gap",
  async run(size) {
    const { events, perSecond } = sizes[size];
    const { child: server, answer: url } = await Child.start<string>("feed-server", {});
    const client = await connect(url, { transports: [tcp()] });
    try {
      const items: EventItem<number>[] = [];
      let reached = 0;
      let pace = true;
      const start = performance.now();
      await client.service<Remote<Feed>>("Feed").trades.subscribe("", (item) => {
        items.push(item);
        if (item.kind === "live" || item.kind === "replay") reached = item.seq;
        if (!pace || items.length % batch !== 0) return undefined;
        const dueMs = (items.length / perSecond) * slower * 1_000;
        return sleep(Math.max(0, dueMs - (performance.now() - start)));
      });
      const half: Telling = { what: "trades", count: events / 2, perSecond };
      await server.ask("tell", half);
      await server.ask("warm");
      await server.ask("tell", half);
      pace = false;
      await waitUntil("the newest event", () => reached === events);
      const gaps = items.filter(({ kind }) => kind === "gap").length;
      const { grownMiB } = await server.ask<FeedState>("state");
      const missing: string[] = [];
      try {
        checkEvents(items, new Map([["stock", events]]));
      } catch (error) {
        missing.push((error as Error).message);
      }
      return {
        tried: `${events.toLocaleString("en")} events at ${perSecond.toLocaleString("en")} a second`,
        figures: [
          none("missed or doubled in silence", missing.length),
          some("gaps", gaps),
          some("received", items.length - gaps),
          { name: "MiB more at the server", value: grownMiB, atMost: 64 },
        ],
        notes: missing,
      };
    } finally {
      await client.close();
      await server.end();
    }
  },
};
