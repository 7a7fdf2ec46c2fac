import {
  type CallContext,
  expose,
  type Interceptor,
  type Remote,
  type RemoteStream,
  type RpcError,
  service,
} from "@rpc/core";
import { Simulation } from "@rpc/core/testing";
import { describe, expect, expectTypeOf, test } from "vitest";

@service("Quotes")
class Quotes {
  called = 0;
  reason: unknown;

  @expose({ context: true })
  async *ticks(context: CallContext, count: number): AsyncGenerator<number> {
    this.called += 1;
    for (let tick = 0; tick < count; tick++) yield tick;
    await new Promise<void>((resolve) => {
      context.signal.addEventListener("abort", () => {
        this.reason = (context.signal.reason as RpcError).code;
        resolve();
      });
    });
  }

  @expose()
  async *large(): AsyncGenerator<unknown> {
    yield 1;
    yield () => 2;
  }

  @expose()
  price(): number {
    return 1;
  }

  @expose()
  async later(): Promise<AsyncIterable<string>> {
    return (async function* () {
      yield "a";
    })();
  }

  @expose()
  watch(_symbol: string, _listener: (price: number) => Promise<boolean>): void {}
}

type Ticks = { ticks: { stream(count: number): RemoteStream<number> }; $with(options: object): Ticks };

function simulate(
  scenario: (quotes: Remote<Quotes>, ticks: Ticks, served: Quotes, simulation: Simulation) => Promise<void>,
  interceptors: Interceptor[] = [],
) {
  return new Simulation(1).run(async (simulation) => {
    const served = new Quotes();
    const server = await simulation.serve([served], { listen: "sim:quotes" });
    const client = await simulation.connect("sim:quotes", { interceptors });
    await scenario(
      client.service<Remote<Quotes>>("Quotes"),
      client.service<Ticks>("Quotes"),
      served,
      simulation,
    );
    expect(client.stats().pendingCalls).toBe(0);
    await client.close();
    await server.close();
  });
}

async function collect<Item>(stream: AsyncIterable<Item>, into: Item[] = []): Promise<Item[]> {
  for await (const item of stream) into.push(item);
  return into;
}

describe("a stream of a client", () => {
  test("is not called before it is iterated, and once", () =>
    simulate(async (_, { ticks }, served, simulation) => {
      const stream = ticks.stream(3);
      await simulation.sleep(1_000);
      expect(served.called).toBe(0);
      for await (const tick of stream) if (tick === 2) break;
      expect(served.called).toBe(1);
      await expect(collect(stream)).rejects.toMatchObject({ code: "failed_precondition" });
      await simulation.sleep(1_000);
    }));

  test("has no deadline unless one is asked for, and then for all of it", () =>
    simulate(async (_, quotes, served, simulation) => {
      const waiting = quotes.ticks.stream(1)[Symbol.asyncIterator]();
      await waiting.next();
      const second = waiting.next();
      await simulation.sleep(600_000);
      await waiting.return?.();
      expect((await second).done).toBe(true);
      const got: number[] = [];
      await expect(collect(quotes.$with({ timeoutMs: 500 }).ticks.stream(2), got)).rejects.toMatchObject({
        code: "deadline_exceeded",
      });
      expect(got).toEqual([0, 1]);
      await simulation.sleep(1_000);
      expect(served.reason).toBe("deadline_exceeded");
    }));

  test("ends when the signal of its options aborts", () =>
    simulate(async (_, quotes, served, simulation) => {
      const controller = new AbortController();
      simulation.clock.timer(100, () => controller.abort());
      await expect(
        collect(quotes.$with({ signal: controller.signal }).ticks.stream(1)),
      ).rejects.toMatchObject({ code: "cancelled" });
      await simulation.sleep(1_000);
      expect(served.reason).toBe("cancelled");
    }));

  test("ends at an item that cannot travel, and tells which", () =>
    simulate(async (quotes) => {
      const got: unknown[] = [];
      const error = collect(quotes.large.stream(), got);
      await expect(error).rejects.toMatchObject({ code: "invalid_argument", outcome: "executed" });
      await expect(error).rejects.toThrow("item 1 a function cannot travel");
      expect(got).toEqual([1]);
    }));

  test("is told apart from one reply, both ways, and may come from a promise", () =>
    simulate(async (quotes) => {
      expect(await collect(quotes.later.stream())).toEqual(["a"]);
      const { price, ticks } = quotes as unknown as {
        price: { stream(): RemoteStream<number> };
        ticks(): Promise<unknown>;
      };
      await expect(collect(price.stream())).rejects.toThrow(
        "Quotes.price answers with one reply, but was called for a stream",
      );
      await expect(ticks()).rejects.toThrow(
        "Quotes.ticks answers with a stream, but was called for one reply",
      );
    }));

  test("goes through interceptors, whose call ends with the stream", async () => {
    const seen: string[] = [];
    const intercept: Interceptor = async (call, next) => {
      seen.push(`${call.method} starts`);
      try {
        return await next(call);
      } finally {
        seen.push(`${call.method} ends`);
      }
    };
    await simulate(
      async (quotes) => {
        for await (const text of quotes.later.stream()) seen.push(text);
      },
      [intercept],
    );
    expect(seen).toEqual(["later starts", "a", "later ends"]);
  });

  test("cannot be called again by an interceptor once items came", () => {
    const again: Interceptor = (call, next) => next(call).catch(() => next(call));
    return simulate(
      async (quotes) => {
        await expect(collect(quotes.large.stream())).rejects.toMatchObject({ code: "failed_precondition" });
      },
      [again],
    );
  });
});

test("types tell how a method is called", () => {
  expectTypeOf<Remote<Quotes>["later"]>().toEqualTypeOf<{ stream(): RemoteStream<string> }>();
  expectTypeOf<Remote<Quotes>["price"]>().toEqualTypeOf<() => Promise<number>>();
  expectTypeOf<Remote<Quotes>["watch"]>().toBeCallableWith("A", (price: number) => price > 1);
  expectTypeOf<Remote<Quotes>["watch"]["oneway"]>().returns.toEqualTypeOf<Promise<void>>();
});
