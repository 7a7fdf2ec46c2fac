import {
  type CallContext,
  type Client,
  connect,
  expose,
  memory,
  type Remote,
  type RpcError,
  type Server,
  serve,
  service,
} from "@rpc/core";
import { createAmbientContext } from "@rpc/core/ambient";
import { Simulation } from "@rpc/core/testing";
import { describe, expect, it } from "vitest";

const url = "sim:book";

@service("Book")
class Book {
  /** What happened, in order. */
  readonly log: string[] = [];
  readonly #sleep: (ms: number) => Promise<void>;

  constructor(sleep: (ms: number) => Promise<void>) {
    this.#sleep = sleep;
  }

  @expose({ serial: true })
  async enter(name: string, ms: number): Promise<void> {
    await this.#work(name, ms);
  }

  @expose({ serial: (account: string) => account })
  async book(account: string, name: string, ms: number): Promise<void> {
    await this.#work(`${account} ${name}`, ms);
  }

  async #work(name: string, ms: number): Promise<void> {
    this.log.push(`+${name}`);
    await this.#sleep(ms);
    this.log.push(`-${name}`);
  }
}

describe("a serial method", () => {
  it("runs one call at a time, in the order they came", () =>
    run(async ({ book, served }) => {
      await Promise.all([book.enter("a", 30), book.enter("b", 1), book.enter("c", 10)]);
      expect(served.log).toEqual(["+a", "-a", "+b", "-b", "+c", "-c"]);
    }));

  it("runs calls of different keys side by side", () =>
    run(async ({ book, served }) => {
      await Promise.all([book.book("x", "1", 30), book.book("x", "2", 1), book.book("y", "1", 1)]);
      expect(served.log).toEqual(["+x 1", "+y 1", "-y 1", "-x 1", "+x 2", "-x 2"]);
    }));

  it("does not execute a call that is cancelled or expires before its turn, and goes on with the next", () =>
    run(async ({ book, served, simulation }) => {
      const controller = new AbortController();
      const first = book.enter("first", 500);
      const cancelled = settle(book.$with({ signal: controller.signal }).enter("cancelled", 1));
      const expired = settle(book.$with({ timeoutMs: 200 }).enter("expired", 1));
      const last = book.enter("last", 1);
      await simulation.sleep(50);
      controller.abort();
      // The caller is told at once, when nobody knows yet what the server had done; the method is not reached.
      expect(await cancelled).toBe("cancelled unknown");
      expect(await expired).toMatch("deadline_exceeded");
      await Promise.all([first, last]);
      expect(served.log).toEqual(["+first", "-first", "+last", "-last"]);
    }));

  it("leaves nothing behind when a session ends while its calls wait", () =>
    run(async ({ book, client, server, served, simulation }) => {
      const calls = [settle(book.enter("running", 300)), settle(book.enter("waiting", 1))];
      await simulation.sleep(50);
      await client.close();
      await Promise.all(calls);
      await simulation.sleep(1_000);
      expect(served.log).toEqual(["+running", "-running"]);
      expect(server.stats().runningCalls).toBe(0);
    }));
});

@service("Chain")
class Chain {
  client: Client | undefined;
  readonly inner: { timeLeftMs: number; trace: string | undefined }[] = [];

  @expose({ serial: true, context: true })
  async again(context: CallContext, times: number): Promise<string> {
    if (times === 0) return "done";
    const remote = context.with(this.client!.service<Remote<Chain>>("Chain"));
    return await (remote.again as unknown as (times: number) => Promise<string>)(times - 1);
  }

  @expose({ context: true })
  async outer(context: CallContext): Promise<string> {
    const chain = context.with(this.client!).service<{ observe(): Promise<string> }>("Chain");
    return await chain.observe();
  }

  @expose()
  async ambient(): Promise<string> {
    await Promise.resolve();
    return await this.client!.service<{ observe(): Promise<string> }>("Chain").observe();
  }

  @expose({ context: true })
  async observe(context: CallContext): Promise<string> {
    this.inner.push({ timeLeftMs: context.timeLeftMs, trace: context.metadata["traceparent"] });
    return context.metadata["tenant"] ?? "no tenant";
  }
}

describe("a call made inside another", () => {
  it("is refused when it waits for its own turn", () =>
    chain(async ({ chained }) => {
      expect(await settle(chained.again(0))).toBe("done");
      const error = (await chained.again(1).catch((reason: unknown) => reason)) as RpcError;
      expect(error.code).toBe("aborted");
      expect(error.message).toContain("would wait for itself");
    }));

  it.each(["outer", "ambient"] as const)("inherits the deadline and the trace, and nothing else: %s", (way) =>
    chain(async ({ chained, served }) => {
      const options = { timeoutMs: 1_000, metadata: { traceparent: "00-1-2-00", tenant: "x" } };
      expect(await chained.$with(options)[way]()).toBe("no tenant");
      expect(served.inner[0]?.trace).toBe("00-1-2-00");
      // Whole milliseconds travel, rounded up, at each of the two calls.
      expect(served.inner[0]?.timeLeftMs).toBeLessThanOrEqual(1_002);
    }),
  );
});

interface ChainedMethods {
  $with(options: object): ChainedMethods;
  again(times: number): Promise<string>;
  outer(): Promise<string>;
  ambient(): Promise<string>;
}

async function chain(
  scenario: (system: { chained: ChainedMethods; served: Chain }) => Promise<void>,
): Promise<void> {
  const transports = [memory()];
  const ambientContext = createAmbientContext();
  const served = new Chain();
  await using server = await serve([served], { transports, listen: "memory:chain", ambientContext });
  await using outside = await connect(server.urls[0], { transports });
  await using inside = await connect(server.urls[0], { transports, ambientContext });
  served.client = inside;
  await scenario({ chained: outside.service<object>("Chain") as ChainedMethods, served });
}

interface System {
  readonly simulation: Simulation;
  readonly client: Client;
  readonly server: Server;
  readonly book: Remote<Book>;
  readonly served: Book;
}

function run(scenario: (system: System) => Promise<void>): Promise<void> {
  return new Simulation(1).run(async (simulation) => {
    const served = new Book((ms) => simulation.sleep(ms));
    const server = await simulation.serve([served], { listen: url });
    const client = await simulation.connect(url);
    await scenario({ simulation, client, server, served, book: client.service<Remote<Book>>("Book") });
    await client.close();
    await server.close({ graceMs: 0 });
  });
}

function settle(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: RpcError) => `${error.code} ${error.outcome}`);
}
