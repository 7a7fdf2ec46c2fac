import { release } from "../callback/release.js";
import { RpcError } from "../errors.js";
import { checkEqual, checkRejects, until } from "./check.js";
import { Feed, feedOf } from "./feed.js";
import { Person } from "./person.js";
import type { Scenario } from "./transport-suite.js";

/** Callbacks, and calls that nobody waits for. */
export const callbackScenarios: readonly Scenario[] = [
  {
    title: "calls a function that was passed, until it is released",
    async run(harness) {
      const served = new Feed();
      const server = await harness.serve(new Person(), {}, [served]);
      const { client } = await harness.connect();
      const feed = feedOf(client);
      checkEqual(
        "answers",
        await feed.each(100, (value) => value * 2),
        Array.from({ length: 100 }, (_, index) => index * 2),
      );
      await until(
        "both sides forgot it",
        () => client.stats().callbacks === 0 && server.stats().sessions[0]?.callbacks === 0,
      );
      await feed.hold(async (value) => value + 1);
      checkEqual("after its call", await served.held[0]!(1), 2);
      release(served.held[0]!);
      release(served.held[0]!);
      await checkRejects("released", served.held[0]!(1), "failed_precondition", "not-executed");
      await until("the client forgot it", () => client.stats().callbacks === 0);
    },
  },
  {
    title: "tells the error of a callback to the method that called it",
    async run(harness) {
      await harness.serve(new Person(), {}, [new Feed()]);
      const { client } = await harness.connect();
      const fail = () => {
        throw new RpcError("out_of_range", "not that one", { details: { at: 3 } });
      };
      const error = await checkRejects(
        "the method's own",
        feedOf(client).each(1, fail),
        "out_of_range",
        "executed",
      );
      checkEqual("details", error.details, { at: 3 });
    },
  },
  {
    title: "continues callbacks when the link is cut, and runs none twice",
    async run(harness) {
      await harness.serve(new Person(), {}, [new Feed()]);
      const { client, link } = await harness.connect();
      const seen: number[] = [];
      const each = feedOf(client).each(40, async (value) => {
        seen.push(value);
        if (value % 10 === 5) link.cut();
        return value;
      });
      const all = Array.from({ length: 40 }, (_, index) => index);
      checkEqual("answers", await each, all);
      checkEqual("calls", seen, all);
    },
  },
  {
    title: "gives a callback up at its deadline",
    async run(harness) {
      await harness.serve(new Person(), { limits: { callbackTimeoutMs: 50 } }, [new Feed()]);
      const { client } = await harness.connect();
      let answer = (): void => {};
      const slow = () =>
        new Promise<number>((resolve) => {
          answer = () => resolve(1);
        });
      await checkRejects("the method", feedOf(client).each(1, slow), "deadline_exceeded");
      answer();
      checkEqual("the next", await feedOf(client).each(1, (value) => value), [0]);
    },
  },
  {
    title: "refuses callbacks above maxCallbacks, and forgets those of a refused call",
    async run(harness) {
      const served = new Feed();
      const server = await harness.serve(new Person(), { limits: { maxCallbacks: 3 } }, [served]);
      const { client } = await harness.connect();
      const feed = feedOf(client);
      for (let count = 0; count < 3; count++) await feed.hold((value) => value);
      await checkRejects(
        "one too many",
        feed.hold((value) => value),
        "resource_exhausted",
        "not-executed",
      );
      release(served.held[0]!);
      await until("it is released", () => client.stats().callbacks === 2);
      const absent = client.service<{ absent(callback: () => void): Promise<void> }>("Feed");
      await checkRejects(
        "a refused call",
        absent.absent(() => {}),
        "unimplemented",
        "not-executed",
      );
      await until("its callback is forgotten", () => client.stats().callbacks === 2);
      checkEqual("held", server.stats().sessions[0]?.callbacks, 2);
    },
  },
  {
    title: "fails a callback when its client is gone",
    async run(harness) {
      const served = new Feed();
      const server = await harness.serve(new Person(), {}, [served]);
      const { client } = await harness.connect();
      let running = (): void => {};
      const runs = new Promise<void>((resolve) => {
        running = resolve;
      });
      await feedOf(client).hold(() => {
        running();
        return new Promise<number>(() => {});
      });
      const under = checkRejects("under way", served.held[0]!(1), "unavailable", "unknown");
      await runs;
      await client.close();
      await under;
      await until("the session is gone", () => server.stats().sessions.length === 0);
      await checkRejects("afterwards", served.held[0]!(1), "unavailable", "not-executed");
    },
  },
  {
    title: "runs each one-way call once, in order, over a link that is cut",
    async run(harness) {
      const served = new Feed();
      const server = await harness.serve(new Person(), { limits: { maxRunningCalls: 64 } }, [served]);
      const { client, link } = await harness.connect();
      const feed = feedOf(client);
      const lines = Array.from({ length: 2_000 }, (_, index) => index);
      const sent = Promise.all(lines.map((line) => feed.log.oneway(line)));
      await until("some ran", () => served.lines.length > 0);
      link.cut();
      await sent;
      await until("all ran", () => served.lines.length === lines.length);
      checkEqual("lines", served.lines, lines);
      checkEqual("running", server.stats().runningCalls, 0);
      await feed.log(2_000);
      checkEqual("as a call, which is answered when it ran", served.lines.at(-1), 2_000);
    },
  },
  {
    title: "tells a client's log of a one-way call that was refused",
    async run(harness) {
      await harness.serve(new Person(), {}, [new Feed()]);
      const warned: string[] = [];
      const logger = { debug() {}, info() {}, warn: (text: string) => warned.push(text), error() {} };
      const { client } = await harness.connect({ logger });
      await client.service<{ double: { oneway(): Promise<void> } }>("Feed").double.oneway();
      await until("it is told", () => warned.some((text) => text.includes("Feed.double")));
    },
  },
];
