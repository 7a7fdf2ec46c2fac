import type { EventItem } from "../client/event-item.js";
import { check, checkEqual, checkRejects, until } from "./check.js";
import type { Holding } from "./market.js";
import type { Scenario } from "./transport-suite.js";

/** What each delivery mode promises, slow readers and broken links included. */
export const eventModeScenarios: readonly Scenario[] = [
  {
    title: "delivers events of every mode that a method publishes before its reply, with the call's id",
    async run(harness) {
      await harness.serve();
      const { market } = await harness.connect();
      const seen: string[] = [];
      await market.trades.subscribe("", (item) => seen.push(`trades ${callIdOf(item)}`));
      await market.quotes.subscribe("", (item) => seen.push(`quotes ${callIdOf(item)}`));
      await market.holdings.subscribe("", (item) => {
        if (item.kind !== "mark") seen.push(`holdings ${callIdOf(item)}`);
      });
      const id = await market.tellAll(5);
      checkEqual("seen when the reply is here", seen.sort(), [
        `holdings ${id}`,
        `quotes ${id}`,
        `trades ${id}`,
      ]);
    },
  },
  {
    title: "log: replays the history to who asks for the oldest, then goes on live, in order",
    async run(harness) {
      await harness.serve();
      const { market } = await harness.connect();
      for (let number = 1; number <= 3; number++) harness.market.trades.publish("a", number);
      const seen: string[] = [];
      await market.trades.subscribe("", (item) => seen.push(describe(item)), { from: "oldest" });
      harness.market.trades.publish("a", 4);
      await until("all arrive", () => seen.length === 4);
      checkEqual("items", seen, ["replay a 1", "replay a 2", "replay a 3", "live a 4"]);
    },
  },
  {
    title: "log: goes on from a stored position, and tells what the history has let go",
    async run(harness) {
      const server = await harness.serve();
      const { market } = await harness.connect();
      for (let number = 1; number <= 150; number++) harness.market.trades.publish("a", number);
      const seen: string[] = [];
      const from = { epoch: server.epoch, position: 20 };
      const subscription = await market.trades.subscribe("", (item) => seen.push(describe(item)), { from });
      await until("all arrive", () => seen.length === 101);
      checkEqual("first two", seen.slice(0, 2), ["gap a 21-50", "replay a 51"]);
      checkEqual("position", subscription.position, { epoch: server.epoch, position: 150 });
    },
  },
  {
    title: "log: tells a stored position of an epoch that is over, then goes on from the oldest",
    async run(harness) {
      await harness.serve();
      const { market } = await harness.connect();
      harness.market.trades.publish("a", 1);
      const seen: string[] = [];
      await market.trades.subscribe("a", (item) => seen.push(describe(item)), {
        from: { epoch: "another", position: 7 },
      });
      await until("all arrive", () => seen.length === 2);
      checkEqual("items", seen, ["gap a 1-null", "replay a 1"]);
    },
  },
  {
    title: "log: refuses a position that is not of this epoch",
    async run(harness) {
      const server = await harness.serve();
      const { market } = await harness.connect();
      const ahead = market.trades.subscribe("", { from: { epoch: server.epoch, position: 1 } });
      await checkRejects("ahead", ahead, "invalid_argument", "not-executed");
    },
  },
  {
    title: "log: a slow reader over a link that breaks gets everything or a gap, once and in order",
    async run(harness) {
      await harness.serve();
      const slow = await harness.connect({ limits: { subscriptionCreditItems: 8 } });
      const quick = await harness.connect();
      const subscription = await slow.market.trades.subscribe("");
      let next = 1;
      let gaps = 0;
      const reading = (async () => {
        for await (const item of subscription) {
          if (item.kind === "gap") gaps += 1;
          if (item.kind !== "gap" && item.kind !== "live") throw new Error(`unexpected ${item.kind}`);
          checkEqual("next", item.kind === "gap" ? item.from : item.seq, next);
          next = (item.kind === "gap" ? item.to! : item.seq) + 1;
          if (next === 1001) return;
        }
      })();
      for (let round = 0; round < 10; round++) {
        await quick.market.trade("a", 100);
        if (round === 4) slow.link.cut();
      }
      await reading;
      check("it was told a gap", gaps > 0 && gaps < 150);
    },
  },
  {
    title: "latest: gives a slow reader the newest of each key, and no gap",
    async run(harness) {
      const server = await harness.serve();
      const { market } = await harness.connect({ limits: { subscriptionCreditItems: 4 } });
      const subscription = await market.quotes.subscribe("");
      for (let price = 1; price <= 500; price++) {
        for (const symbol of ["A", "B", "C", "D", "E", "F"]) harness.market.quotes.publish(symbol, price);
        if (price % 100 === 0)
          await until("it was sent", () => (server.stats().sessions[0]?.queuedEvents ?? 0) <= 6);
      }
      const newest = new Map<string, number>();
      for await (const item of subscription) {
        if (item.kind !== "live") throw new Error(`unexpected ${item.kind}`);
        newest.set(item.topic, item.value);
        if (newest.size === 6 && [...newest.values()].every((price) => price === 500)) break;
      }
      checkEqual("dropped", server.stats().sessions[0]?.droppedEvents, 0);
    },
  },
  {
    title: "latest: tells removed keys, and the current values to who asks for the oldest",
    async run(harness) {
      await harness.serve();
      const { market } = await harness.connect();
      harness.market.quotes.publish("A", 1);
      harness.market.quotes.publish("B", 2);
      harness.market.quotes.remove("A");
      const seen: string[] = [];
      await market.quotes.subscribe("", (item) => seen.push(describe(item)), { from: "oldest" });
      harness.market.quotes.remove("B");
      await until("all arrive", () => seen.length === 3);
      checkEqual("items", seen, ["snapshot B 1", "mark 3", "removed B 2"]);
    },
  },
  {
    title: "table: gives the snapshot, the mark, then changes and removals",
    async run(harness) {
      await harness.serve();
      const { market } = await harness.connect();
      for (const symbol of ["A", "B"]) harness.market.holdings.publish("x", { symbol, amount: 1 });
      const seen: string[] = [];
      await market.holdings.subscribe("", (item) => seen.push(describe(item)));
      harness.market.holdings.publish("x", { symbol: "C", amount: 3 });
      harness.market.holdings.remove("A");
      await until("all arrive", () => seen.length === 5);
      checkEqual("items", seen, ["snapshot x 1", "snapshot x 2", "mark 2", "live x 3", "removed x 4"]);
    },
  },
  {
    title: "table: a slow reader over a link that breaks has the server's state in the end",
    async run(harness) {
      await harness.serve(undefined, { limits: { subscriptionQueueItems: 16 } });
      const { market, link } = await harness.connect({ limits: { subscriptionCreditItems: 8 } });
      const mirror = new Map<string, number>();
      let gaps = 0;
      let fresh = new Map<string, number>();
      await market.holdings.subscribe("", async (item) => {
        await Promise.resolve();
        if (item.kind === "gap") {
          gaps += 1;
          fresh = new Map();
        } else if (item.kind === "snapshot") fresh.set(item.value.symbol, item.value.amount);
        else if (item.kind === "mark") {
          mirror.clear();
          for (const [symbol, amount] of fresh) mirror.set(symbol, amount);
          fresh = new Map();
        } else if (item.kind === "removed") mirror.delete(item.key);
        else mirror.set(item.value.symbol, item.value.amount);
      });
      const truth = new Map<string, number>();
      const hold = (holding: Holding) => {
        truth.set(holding.symbol, holding.amount);
        harness.market.holdings.publish("x", holding);
      };
      for (let amount = 1; amount <= 30; amount++) {
        for (let symbol = 0; symbol < 40; symbol++) hold({ symbol: `s${symbol}`, amount });
        const gone = `s${amount}`;
        truth.delete(gone);
        harness.market.holdings.remove(gone);
        if (amount === 10) link.cut();
        if (amount % 5 === 0) await market.tellAll(1);
        truth.delete("A");
        harness.market.holdings.remove("A");
      }
      const sorted = (map: Map<string, number>) => JSON.stringify([...map].sort());
      await until("the mirror is the server's state", () => sorted(mirror) === sorted(truth));
      check("it fell behind", gaps > 0);
    },
  },
];

function callIdOf(item: EventItem<unknown>): number | undefined {
  return item.kind === "gap" || item.kind === "mark" ? undefined : item.callId;
}

function describe(item: EventItem<unknown>): string {
  if (item.kind === "mark") return `mark ${item.position}`;
  return item.kind === "gap"
    ? `gap ${item.topic} ${item.from}-${item.to}`
    : `${item.kind} ${item.topic} ${item.seq}`;
}
