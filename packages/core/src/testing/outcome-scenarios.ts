import type { CallContext } from "../call.js";
import type { Remote } from "../client/proxy.js";
import { check, checkEqual, checkRejects, until } from "./check.js";
import { Person } from "./person.js";
import type { Scenario } from "./transport-suite.js";

// The dynamic proxy shows the context that methods are given first; generated clients do not.
const none = undefined as never as CallContext;

/** What callers learn of calls that failed, and what runs once, or again. */
export const outcomeScenarios: readonly Scenario[] = [
  {
    title: "runs a key once and answers it the same again, also in another session",
    async run(harness) {
      const served = new Person();
      await harness.serve(served);
      const { person } = await harness.connect();
      const other = await harness.connect();
      checkEqual("the first", await buy(person, "key 1", "flowers"), "flowers");
      checkEqual("again", await buy(person, "key 1", "flowers"), "flowers");
      checkEqual("in another session", await buy(other.person, "key 1", "flowers"), "flowers");
      checkEqual("another key", await buy(person, "key 2", "flowers"), "flowers");
      checkEqual("bought", served.bought, ["flowers", "flowers"]);
      await checkRejects("its error", buy(person, "key 3", "a yacht"), "failed_precondition", "executed");
      await checkRejects(
        "its error again",
        buy(other.person, "key 3", "a yacht"),
        "failed_precondition",
        "executed",
      );
      checkEqual("bought in all", served.bought.length, 3);
    },
  },
  {
    title: "refuses a key with other arguments, a once method without a key, and a key for any other method",
    async run(harness) {
      const served = new Person();
      await harness.serve(served);
      const { person } = await harness.connect();
      await buy(person, "key", "flowers");
      await checkRejects(
        "other arguments",
        buy(person, "key", "a book"),
        "failed_precondition",
        "not-executed",
      );
      await checkRejects("no key", buyer(person)("a book", false), "invalid_argument", "not-executed");
      await checkRejects(
        "not once",
        person.$with({ key: "key" }).getName(),
        "invalid_argument",
        "not-executed",
      );
      checkEqual("bought", served.bought, ["flowers"]);
    },
  },
  {
    title: "joins the running call of a key; who cancels leaves, and the method is told when all have left",
    async run(harness) {
      const served = new Person();
      const server = await harness.serve(served);
      const { person, client } = await harness.connect();
      const other = await harness.connect();
      const controllers = [new AbortController(), new AbortController(), new AbortController()] as const;
      const start = (from: Remote<Person>, index: 0 | 1 | 2, key: string) =>
        buyer(from.$with({ key, signal: controllers[index].signal }))("flowers", true);
      const first = start(person, 0, "released");
      await until("it runs", () => served.waiting === 1);
      const second = start(other.person, 1, "released");
      await until("both wait for it", () => server.stats().runningCalls === 2);
      controllers[0].abort();
      await checkRejects("who left", first, "cancelled", "unknown");
      await until("the slot of who left is free", () => client.stats().pendingCalls === 0);
      checkEqual("nobody told the method", served.aborted, []);
      served.release();
      checkEqual("who stayed", await second, "flowers");
      const alone = start(person, 2, "abandoned");
      await until("it runs alone", () => served.waiting === 1);
      controllers[2].abort();
      await checkRejects("the last", alone, "cancelled", "unknown");
      await until("the method is told", () => served.aborted.length === 1);
      checkEqual("bought", served.bought, ["flowers", "flowers"]);
    },
  },
  {
    title: "tells the outcome of a key",
    async run(harness) {
      const served = new Person();
      await harness.serve(served);
      const { person, client } = await harness.connect();
      const before = await person.$outcome("buy", "key");
      check("not found", before.state === "not-found" && before.rememberedForMs <= 60_000);
      const call = buyer(person.$with({ key: "key" }))("flowers", true);
      await until("it runs", () => served.waiting === 1);
      checkEqual("running", await person.$outcome("buy", "key"), { state: "running" });
      served.release();
      await call;
      checkEqual("executed", await client.outcome({ service: "Person", method: "buy", key: "key" }), {
        state: "executed",
        value: "flowers",
      });
      await checkRejects("its error", buy(person, "dear", "a yacht"), "failed_precondition");
      const failed = await person.$outcome("buy", "dear");
      check(
        "executed with an error",
        failed.state === "executed" && "error" in failed && failed.error.code === "failed_precondition",
      );
      await checkRejects("not once", person.$outcome("getName", "key"), "invalid_argument", "not-executed");
    },
  },
  {
    title: "sends an idempotent call again after a reset, and leaves another's outcome unknown",
    async run(harness) {
      const before = new Person();
      const first = await harness.serve(before);
      const { person } = await harness.connect();
      const idempotent = person.$with({ idempotent: true }).look(none);
      const plain = checkRejects("the other", person.wait(none), "unavailable", "unknown");
      await until("both run", () => before.waiting === 2);
      await first.close({ graceMs: 1 });
      await plain;
      const after = new Person();
      await harness.serve(after);
      await until("it runs again", () => after.waiting === 1);
      after.release();
      checkEqual("its answer", await idempotent, "released");
      before.release();
    },
  },
];

function buy(person: Remote<Person>, key: string, gift: string): Promise<string> {
  return buyer(person.$with({ key }))(gift, false);
}

function buyer(person: Remote<Person>): (gift: string, slow: boolean) => Promise<string> {
  return person.buy as never;
}
