import { Child } from "../child.js";
import type { FeedClientsOptions, FeedReport } from "../programs/feed-clients.js";
import type { FeedState, Telling } from "../programs/feed-server.js";
import { none, type Proof, some } from "../proof.js";

const fast = 45;
const slow = 5;
// Rounds with the slow ones and without them take turns, so that a busy machine slows both; the last one is with them.
const sizes = {
  short: { rounds: 16, events: 1_200, cutEvery: 300 },
  full: { rounds: 42, events: 5_400, cutEvery: 1_000 },
};
/** How far the telling may be ahead of the slowest of the fast ones. */
const ahead = 500;
const chunk = 100;

/** One event for many subscribers, some of whom cannot keep up. */
export const fanOut: Proof = {
  name: "fan-out",
  what: "events for 50 subscribers, 5 of them slow, with cuts: the slow ones cost nobody anything",
  async run(size) {
    const { rounds, events, cutEvery } = sizes[size];
    const { child: server, answer: url } = await Child.start<string>("feed-server", {});
    const { child: clients } = await Child.start("feed-clients", {
      url,
      fast,
      slow,
    } satisfies FeedClientsOptions);
    try {
      const usPerEvent: { with: number[]; without: number[] } = { with: [], without: [] };
      let told = 0;
      for (let round = 0; round < rounds; round++) {
        const present = round % 2 === 1;
        if (round > 0) await clients.ask("slow", present);
        const before = (await server.ask<FeedState>("state")).cpuUs;
        for (const end = told + events; told < end; ) {
          await server.ask("tell", { what: "trades", count: chunk } satisfies Telling);
          told += chunk;
          if (told % cutEvery === 0) await clients.ask("cut");
          await clients.ask("reached", told - ahead);
        }
        await clients.ask("reached", told);
        const used = (await server.ask<FeedState>("state")).cpuUs - before;
        // The first round warms up.
        if (round > 0) usPerEvent[present ? "with" : "without"].push(used / events);
      }
      await clients.ask("catchUp", told);
      const { deliveries, broken, fastMissed, slowMissed, cuts } = await clients.ask<FeedReport>("report");
      const expected = told * fast;
      return {
        tried: `${deliveries.toLocaleString("en")} deliveries of ${told.toLocaleString("en")} events, ${cuts} cuts`,
        figures: [
          none("missed or doubled in silence", broken.length),
          none("missed by the fast", fastMissed),
          { name: "deliveries", value: deliveries, atLeast: expected },
          some("told as gaps to the slow", slowMissed),
          { name: "µs of CPU an event", value: median(usPerEvent.with) },
          {
            name: "times the CPU with the slow",
            value: median(usPerEvent.with) / median(usPerEvent.without),
            atMost: 2,
          },
          some("cuts", cuts),
        ],
        notes: broken,
      };
    } finally {
      await Promise.all([clients.end(), server.end()]);
    }
  },
};

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
