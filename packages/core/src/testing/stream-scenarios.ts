import { RpcError } from "../errors.js";
import { check, checkEqual, checkRejects, macrotask, until } from "./check.js";
import { Feed, feedOf } from "./feed.js";
import { Person } from "./person.js";
import type { Scenario } from "./transport-suite.js";

/** Streams, both ways. */
export const streamScenarios: readonly Scenario[] = [
  {
    title: "delivers a stream in order, to its end",
    async run(harness) {
      await harness.serve(new Person(), {}, [new Feed()]);
      const feed = feedOf((await harness.connect()).client);
      checkEqual("items", await collect(feed.numbers.stream(2_000)), range(2_000));
      checkEqual("an empty one", await collect(feed.numbers.stream(0)), []);
    },
  },
  {
    title: "sends a stream as an argument, and both ways at once",
    async run(harness) {
      await harness.serve(new Person(), {}, [new Feed()]);
      const feed = feedOf((await harness.connect()).client);
      checkEqual("there", await feed.collect(source(2_000)), range(2_000));
      checkEqual(
        "there and back",
        await collect(feed.double.stream(source(2_000))),
        range(2_000).map((number) => number * 2),
      );
    },
  },
  {
    title: "sends a slow consumer no more of a stream than it has allowed",
    async run(harness) {
      const served = new Feed();
      await harness.serve(new Person(), {}, [served]);
      const { client, person } = await harness.connect({ limits: { streamCreditItems: 8 } });
      const stream = feedOf(client).numbers.stream(100)[Symbol.asyncIterator]();
      checkEqual("the first", (await stream.next()).value, 0);
      await person.getName();
      await macrotask();
      check("the generator was not asked for more", served.given <= 8);
      const rest: (number | undefined)[] = [];
      for (let item = await stream.next(); item.done !== true; item = await stream.next())
        rest.push(item.value);
      checkEqual("the rest", rest, range(100).slice(1));
    },
  },
  {
    title: "sends a slow method no more of a stream than it has allowed",
    async run(harness) {
      const served = new Feed();
      await harness.serve(new Person(), { limits: { streamCreditItems: 8 } }, [served]);
      const { client, person } = await harness.connect();
      const counted = { given: 0, returned: 0 };
      const sum = feedOf(client).takeSlowly(source(100, counted));
      await until("the method has one", () => served.waiting === 1);
      await person.getName();
      await macrotask();
      check("the source was not asked for more", counted.given <= 8);
      served.proceed();
      checkEqual("sum", await sum, 4_950);
    },
  },
  {
    title: "cancels a stream when its loop is left: the signal aborts and the generator returns",
    async run(harness) {
      const served = new Feed();
      const server = await harness.serve(new Person(), {}, [served]);
      const { client } = await harness.connect();
      const feed = feedOf(client);
      for await (const number of feed.numbers.stream(1e9)) if (number === 700) break;
      await until("the generator has returned", () => served.returned === 1 && served.aborted === 1);
      const silent = feed.silence.stream()[Symbol.asyncIterator]();
      const first = silent.next();
      await until("the silent one runs", () => server.stats().sessions[0]?.streams === 1);
      await silent.return?.();
      checkEqual("who waits", (await first).done, true);
      await until("the silent one has returned", () => served.returned === 2);
      await until(
        "the slots are free",
        () => client.stats().pendingCalls === 0 && server.stats().runningCalls === 0,
      );
    },
  },
  {
    title: "stops the source of a stream when the method leaves its loop",
    async run(harness) {
      await harness.serve(new Person(), {}, [new Feed()]);
      const { client } = await harness.connect();
      const counted = { given: 0, returned: 0 };
      checkEqual("taken", await feedOf(client).take(source(1e9, counted), 3), [0, 1, 2]);
      await until("the source has returned", () => counted.returned === 1);
    },
  },
  {
    title: "ends a stream with the error of its generator, after what came before",
    async run(harness) {
      await harness.serve(new Person(), {}, [new Feed()]);
      const feed = feedOf((await harness.connect()).client);
      const got: number[] = [];
      const failing = collect(feed.numbers.stream(100, 50), got);
      await checkRejects("from the server", failing, "out_of_range", "executed");
      checkEqual("before it", got, range(50));
      await checkRejects("from the client", feed.collect(failingSource()), "aborted", "executed");
    },
  },
  {
    title: "continues streams both ways when the link is cut, with nothing lost or doubled",
    async run(harness) {
      await harness.serve(new Person(), {}, [new Feed()]);
      const { client, link } = await harness.connect();
      const got: number[] = [];
      for await (const number of feedOf(client).double.stream(source(3_000))) {
        got.push(number);
        if (got.length % 700 === 0) link.cut();
      }
      checkEqual(
        "items",
        got,
        range(3_000).map((number) => number * 2),
      );
    },
  },
  {
    title: "ends a stream when its session is lost, and tells the index of the last item",
    async run(harness) {
      const server = await harness.serve(new Person(), {}, [new Feed()]);
      const { client } = await harness.connect();
      const got: number[] = [];
      const lost = (async () => {
        for await (const number of feedOf(client).numbers.stream(1e9)) {
          got.push(number);
          if (number === 1_000) await server.close({ graceMs: 1 });
        }
      })();
      const error = await checkRejects("the loop", lost, "unavailable", "unknown");
      check("it came far enough", got.length > 1_000);
      checkEqual("details", error.details, { lastIndex: got.length - 1 });
      checkEqual("items", got, range(got.length));
    },
  },
  {
    title: "refuses a stream above maxStreams, and takes another when one has ended",
    async run(harness) {
      const server = await harness.serve(new Person(), { limits: { maxStreams: 2 } }, [new Feed()]);
      const { client } = await harness.connect();
      const feed = feedOf(client);
      const open = [0, 1].map(() => feed.silence.stream()[Symbol.asyncIterator]());
      const waiting = open.map((stream) => stream.next());
      await until("both run", () => server.stats().sessions[0]?.streams === 2);
      await checkRejects("the third", collect(feed.numbers.stream(1)), "resource_exhausted", "not-executed");
      await checkRejects("as an argument", feed.collect(source(1)), "resource_exhausted", "not-executed");
      await open[0]?.return?.();
      await until("one has ended", () => server.stats().sessions[0]?.streams === 1);
      checkEqual("the next", await feed.collect(source(1)), [0]);
      await open[1]?.return?.();
      await Promise.all(waiting);
    },
  },
];

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

async function collect(stream: AsyncIterable<number>, into: number[] = []): Promise<number[]> {
  for await (const number of stream) into.push(number);
  return into;
}

async function* source(
  count: number,
  counted = { given: 0, returned: 0 },
): AsyncGenerator<number, void, void> {
  try {
    for (let number = 0; number < count; number++) {
      counted.given += 1;
      yield number;
    }
  } finally {
    counted.returned += 1;
  }
}

async function* failingSource(): AsyncGenerator<number, void, void> {
  yield 1;
  throw new RpcError("aborted", "no more of it");
}
