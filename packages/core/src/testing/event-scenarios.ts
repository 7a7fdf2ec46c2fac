import type { EventItem } from "../client/event-item.js";
import { check, checkEqual, checkRejects, until } from "./check.js";
import { Person, type Renamed } from "./person.js";
import type { Scenario } from "./transport-suite.js";

/** Events and those who subscribed to them. */
export const eventScenarios: readonly Scenario[] = [
  {
    title: "delivers events in order, to those who subscribed to a prefix of the topic",
    async run(harness) {
      const served = new Person();
      await harness.serve(served);
      const { person } = await harness.connect();
      const other = await harness.connect();
      const all: string[] = [];
      const some: string[] = [];
      await person.renamed.subscribe("", (item) => all.push(describe(item)));
      await other.person.renamed.subscribe("A", (item) => some.push(describe(item)));
      for (const topic of ["Alex", "Bob", "Ann"]) served.renamed.publish(topic, { from: "", to: topic });
      await until("all arrive", () => all.length === 3 && some.length === 2);
      checkEqual("everything", all, ["live Alex 1", "live Bob 1", "live Ann 1"]);
      checkEqual("prefix A", some, ["live Alex 1", "live Ann 1"]);
    },
  },
  {
    title: "delivers what is published after subscribe was confirmed, and nothing after unsubscribe",
    async run(harness) {
      const served = new Person();
      const server = await harness.serve(served);
      const { person } = await harness.connect();
      served.renamed.publish("before", { from: "", to: "" });
      const subscription = await person.renamed.subscribe("");
      served.renamed.publish("after", { from: "", to: "" });
      for await (const item of subscription) {
        checkEqual("first", describe(item), "live after 1");
        break;
      }
      await until("the server knows", () => server.stats().sessions[0]?.subscriptions === 0);
    },
  },
  {
    title: "delivers an event that a method publishes before its reply",
    async run(harness) {
      await harness.serve();
      const { person } = await harness.connect();
      const seen: string[] = [];
      await person.renamed.subscribe("", (item) => seen.push(describe(item)));
      await person.changeName("Alex");
      checkEqual("seen when the reply is here", seen, ["live Alex 1"]);
    },
  },
  {
    title: "tells a slow subscriber exactly what it missed, and delays nobody else",
    async run(harness) {
      const served = new Person();
      await harness.serve(served, { limits: { subscriptionQueueItems: 16 } });
      const slow = await harness.connect({ limits: { subscriptionCreditItems: 8 } });
      const quick = await harness.connect();
      const fast: number[] = [];
      const subscription = await slow.person.renamed.subscribe("");
      await quick.person.renamed.subscribe("", (item) => {
        if (item.kind === "live") fast.push(item.seq);
      });
      for (let round = 0; round < 50; round++) {
        await quick.person.publish("tick", 10);
        checkEqual("the quick one", fast.length, (round + 1) * 10);
      }
      const got = new Set<number>();
      let missed = 0;
      for await (const item of subscription) {
        if (item.kind === "live") {
          check("no duplicate", !got.has(item.seq));
          got.add(item.seq);
        } else if (item.kind === "gap") missed += (item.to ?? 0) - item.from + 1;
        if (got.size + missed === 500) break;
      }
      check("it missed some", missed > 0);
      check("and got the newest", got.has(500));
    },
  },
  {
    title: "refuses an event that does not exist and a bad topic",
    async run(harness) {
      await harness.serve();
      const { person, client } = await harness.connect();
      const absent = client.service<{ absent: typeof person.renamed }>("Person").absent;
      await checkRejects("absent", absent.subscribe(""), "unimplemented", "not-executed");
      await checkRejects("bad prefix", person.renamed.subscribe("a b"), "invalid_argument", "not-executed");
    },
  },
];

function describe(item: EventItem<Renamed>): string {
  if (item.kind === "mark") return `mark ${item.position}`;
  return item.kind === "gap"
    ? `gap ${item.topic} ${item.from}-${item.to}`
    : `${item.kind} ${item.topic} ${item.seq}`;
}
