import type { RpcError } from "../errors.js";
import { check, checkEqual, checkRejects, until } from "./check.js";
import { Person } from "./person.js";
import type { Scenario } from "./transport-suite.js";

/** Calls and their answers. */
export const callScenarios: readonly Scenario[] = [
  {
    title: "answers a call",
    async run(harness) {
      await harness.serve();
      const { person } = await harness.connect();
      checkEqual("before", await person.getName(), "小红");
      checkEqual("change", await person.changeName("Alex"), "Alex");
      checkEqual("after", await person.getName(), "Alex");
    },
  },
  {
    title: "dispatches 500 calls made at once in their order, and answers each its own",
    async run(harness) {
      const served = new Person();
      await harness.serve(served);
      const { person } = await harness.connect();
      const numbers = Array.from({ length: 500 }, (_, index) => index);
      checkEqual("answers", await Promise.all(numbers.map((number) => person.count(number))), numbers);
      checkEqual("order", served.order, numbers);
    },
  },
  {
    title: "queues calls above maxRunningCalls and answers all",
    async run(harness) {
      await harness.serve(new Person(), { limits: { maxRunningCalls: 3 } });
      const { person } = await harness.connect();
      const numbers = Array.from({ length: 50 }, (_, index) => index);
      checkEqual("answers", await Promise.all(numbers.map((number) => person.count(number))), numbers);
    },
  },
  {
    title: "carries values of every kind there and back",
    async run(harness) {
      await harness.serve();
      const { person } = await harness.connect();
      const value = {
        text: "grüße 小红",
        whole: 2 ** 52,
        fraction: 0.1,
        big: 2n ** 100n,
        at: new Date(1_700_000_000_123),
        bytes: new Uint8Array([0, 255]),
        prices: new Float64Array([1.5, -0]),
        map: new Map<unknown, unknown>([[1, "one"]]),
        set: new Set(["a"]),
        list: [null, true, undefined, []],
      };
      checkEqual("echo", await person.echo(value), value);
    },
  },
  {
    title: "carries 3 MiB, more than any buffer on the way",
    async run(harness) {
      await harness.serve();
      const { person } = await harness.connect();
      const bytes = Uint8Array.from({ length: 3 * 1024 * 1024 }, (_, index) => index % 251);
      const back = (await person.echo(bytes)) as Uint8Array;
      checkEqual("length", back.length, bytes.length);
      check(
        "every byte",
        back.every((byte, index) => byte === index % 251),
      );
    },
  },
  {
    title: "fails a call that is over the packet limit, and only that one",
    async run(harness) {
      await harness.serve(new Person(), { limits: { maxPacketBytes: 64 * 1024 } });
      const { person } = await harness.connect();
      await checkRejects("too large", person.echo("x".repeat(70_000)), "resource_exhausted", "not-executed");
      checkEqual("the next", await person.getName(), "小红");
    },
  },
  {
    title: "fails a reply that is over the caller's packet limit, and only that one",
    async run(harness) {
      await harness.serve();
      const { person } = await harness.connect({ limits: { maxPacketBytes: 64 * 1024 } });
      const error = await checkRejects(
        "too large",
        person.echo("x".repeat(70_000)),
        "resource_exhausted",
        "executed",
      );
      check("names the method", error.message.includes("Person.echo"));
      checkEqual("the next", await person.getName(), "小红");
    },
  },
  {
    title: "rejects with the code, details and outcome of the method's error",
    async run(harness) {
      await harness.serve();
      const { person } = await harness.connect();
      const error = await checkRejects("refusal", person.refuse(), "failed_precondition", "executed");
      checkEqual(
        "details",
        [error.message, error.details, error.retryAfterMs],
        ["not today", { day: "Sunday" }, 1000],
      );
      const declared = await checkRejects("declared", person.claim("Alex"), "already_exists", "executed");
      checkEqual(
        "fields",
        [declared.name, (declared as RpcError & { taken: string }).taken],
        ["NameTaken", "Alex"],
      );
    },
  },
  {
    title: "hides what a method throws unexpectedly behind an id",
    async run(harness) {
      await harness.serve();
      const { person } = await harness.connect();
      const error = await checkRejects("crash", person.crash(), "internal", "executed");
      check("has an id", error.errorId !== undefined);
      checkEqual(
        "message",
        error.message,
        `Person.crash: internal error (error id ${error.errorId}; nothing says more, as the server was given no logger)`,
      );
    },
  },
  {
    title: "answers at once for what is not exposed, the same as for what does not exist",
    async run(harness) {
      await harness.serve();
      const { person, client } = await harness.connect();
      const hidden = await checkRejects("hidden", person.secret(), "unimplemented", "not-executed");
      const absent = await checkRejects(
        "absent",
        client.service<{ absent(): Promise<void> }>("Person").absent(),
        "unimplemented",
        "not-executed",
      );
      checkEqual("refusal", hidden.message.replace("secret", "absent"), absent.message);
    },
  },
  {
    title: "gives a call up at its deadline and tells the method",
    async run(harness) {
      const served = new Person();
      await harness.serve(served);
      const { person, client } = await harness.connect();
      // Either side may see it first: then the outcome is executed by the method's word, or unknown by the caller's.
      await checkRejects(
        "deadline",
        person.$with({ timeoutMs: 50 }).wait(undefined as never),
        "deadline_exceeded",
      );
      await until("the method is told", () => served.aborted.length === 1);
      await until("the slot is free", () => client.stats().pendingCalls === 0);
    },
  },
  {
    title: "cancels a call and tells the method",
    async run(harness) {
      const served = new Person();
      await harness.serve(served);
      const { person, client } = await harness.connect();
      const controller = new AbortController();
      const call = person.$with({ signal: controller.signal }).wait(undefined as never);
      await until("the method runs", () => served.waiting === 1);
      controller.abort();
      await checkRejects("cancel", call, "cancelled", "unknown");
      await until("the method is told", () => served.aborted.length === 1);
      await until("the slot is free", () => client.stats().pendingCalls === 0);
      checkEqual("the next", await person.getName(), "小红");
    },
  },
];
