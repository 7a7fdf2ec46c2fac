import {
  type CallContext,
  type Client,
  connect,
  expose,
  memory,
  type Remote,
  type RpcError,
  serve,
  service,
} from "@rpc/core";
import { createAmbientContext } from "@rpc/core/ambient";
import { Simulation } from "@rpc/core/testing";
import { describe, expect, it } from "vitest";

@service("Desk")
class Desk {
  readonly done: string[] = [];
  readonly held: ((value: string) => Promise<void>)[] = [];
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #name: string;

  constructor(name: string, sleep: (ms: number) => Promise<void>) {
    this.#name = name;
    this.#sleep = sleep;
  }

  @expose({ idempotent: true })
  async *count(to: number, everyMs: number): AsyncGenerator<string, void, void> {
    this.done.push("count");
    for (let number = 0; number < to; number++) {
      await this.#sleep(everyMs);
      yield `${this.#name}${number}`;
    }
  }

  @expose({ idempotent: true })
  async sum(numbers: AsyncIterable<number>): Promise<string> {
    this.done.push("sum");
    let sum = 0;
    for await (const number of numbers) sum += number;
    return `${this.#name}${sum}`;
  }

  @expose()
  async tell(listener: (value: string) => Promise<void>, afterMs: number): Promise<void> {
    await this.#sleep(afterMs);
    await listener(this.#name);
  }

  @expose()
  keep(listener: (value: string) => Promise<void>): void {
    this.held.push(listener);
  }

  @expose({ oneway: true })
  note(text: string): void {
    this.done.push(text);
  }

  @expose({ once: { windowMs: 60_000 } })
  async place(what: unknown): Promise<unknown> {
    return this.count(Number(what), 1);
  }
}

describe("a session that lives on after a goaway", () => {
  it("keeps its streams both ways, while new ones and one-way calls go to the next", () =>
    run(async ({ desk, first, second, client, close, simulation }) => {
      const got: string[] = [];
      const reading = (async () => {
        for await (const item of desk.count.stream(4, 100)) got.push(item);
      })();
      const slow = async function* () {
        for (let number = 1; number <= 4; number++) {
          await simulation.sleep(100);
          yield number;
        }
      };
      const sum = desk.sum(slow());
      await simulation.sleep(150);
      const closing = close(5_000);
      await simulation.sleep(100);
      expect(client.state).toBe("online");
      const next: string[] = [];
      for await (const item of desk.count.stream(2, 1)) next.push(item);
      await desk.note.oneway("noted");
      expect(next).toEqual(["b0", "b1"]);
      await reading;
      expect([got, await sum]).toEqual([["a0", "a1", "a2", "a3"], "a10"]);
      await closing;
      expect([first.done, second.done]).toEqual([
        ["count", "sum"],
        ["count", "noted"],
      ]);
    }));

  it("has its callbacks called", () =>
    run(async ({ desk, close, simulation, client }) => {
      const told: string[] = [];
      const call = desk.tell(async (value) => void told.push(value), 300);
      await desk.keep(async (value) => void told.push(value));
      const closing = close(5_000);
      await simulation.sleep(100);
      expect(client.state).toBe("online");
      await desk.tell(async (value) => void told.push(value), 1);
      expect(told).toEqual(["b"]);
      await call;
      await closing;
      await simulation.sleep(100);
      expect(told).toEqual(["b", "a"]);
      expect(client.stats().callbacks).toBe(1);
    }));

  it("ends its streams when the grace is over, with what came", () =>
    run(async ({ desk, close, simulation }) => {
      const got: string[] = [];
      const reading = (async () => {
        for await (const item of desk.count.stream(100, 100)) got.push(item);
      })().catch((error: RpcError) => error);
      await simulation.sleep(250);
      await close(200);
      expect(await reading).toMatchObject({ code: "unavailable", details: { lastIndex: got.length - 1 } });
      expect(got.slice(0, 2)).toEqual(["a0", "a1"]);
    }));
});

describe("a stream whose session is lost", () => {
  it("is called again before its first item came, if that may be", () =>
    run(async ({ desk, first, second, crash, simulation }) => {
      const got: string[] = [];
      const reading = (async () => {
        for await (const item of desk.$with({ idempotent: true }).count.stream(2, 200)) got.push(item);
      })();
      await simulation.sleep(100);
      crash();
      await reading;
      expect(got).toEqual(["b0", "b1"]);
      expect([first.done, second.done]).toEqual([["count"], ["count"]]);
    }));

  it("is not called again after it", () =>
    run(async ({ desk, second, crash, simulation }) => {
      const got: string[] = [];
      const reading = (async () => {
        for await (const item of desk.$with({ idempotent: true }).count.stream(9, 50)) got.push(item);
      })().catch((error: RpcError) => error);
      await simulation.sleep(120);
      crash();
      expect(await reading).toMatchObject({ code: "unavailable", details: { lastIndex: 1 } });
      expect([got, second.done]).toEqual([["a0", "a1"], []]);
    }));

  it("is not called again with a stream or a function that was passed and may have been used", () =>
    run(async ({ desk, second, crash, simulation }) => {
      const safe = desk.$with({ idempotent: true });
      const never = async function* () {
        await new Promise<void>(() => {});
        yield 1;
      };
      const sum = safe.sum(never()).catch((error: RpcError) => error);
      const told = safe.tell(async () => {}, 60_000).catch((error: RpcError) => error);
      await simulation.sleep(100);
      crash();
      expect(await sum).toMatchObject({ code: "unavailable", outcome: "unknown" });
      expect(await told).toMatchObject({ code: "unavailable", outcome: "unknown" });
      expect(second.done).toEqual([]);
    }));

  it("is sent to the next server when this one refused it: nothing of it was read", () =>
    run(async ({ desk, first, close }) => {
      const closing = close(0);
      const numbers = async function* () {
        yield 1;
        yield 2;
      };
      const told: string[] = [];
      const sum = desk.sum(numbers());
      const call = desk.tell(async (value) => void told.push(value), 1);
      await closing;
      expect([await sum, await call, told, first.done]).toEqual(["b3", undefined, ["b"], []]);
    }));
});

describe("a once method", () => {
  it("takes and gives no stream", () =>
    run(async ({ desk }) => {
      const once = desk.$with({ key: "one" }) as unknown as Record<
        "place",
        ((what: unknown) => Promise<unknown>) & { stream(what: unknown): AsyncIterable<unknown> }
      >;
      await expect(once.place(() => {})).rejects.toMatchObject({ code: "invalid_argument" });
      await expect(once.place.stream(1)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringMatching(/^Desk\.place: it is a once method, whose outcome is remembered/),
      });
      await expect(once.place(1)).rejects.toMatchObject({
        code: "failed_precondition",
        message: expect.stringMatching(/answered with a stream, which nobody can remember/),
      });
    }));

  it.each([
    [{ once: { windowMs: 1_000 } }, /once and answers with a stream/],
    [{ serial: true }, /serial and answers with a stream/],
    [{ oneway: true }, /oneway and answers with a stream/],
    [{ once: { windowMs: 1_000 }, oneway: true }, /once and oneway/],
  ] as const)("is refused by serve where it makes no sense: %j", async (options, why) => {
    @service("Odd")
    class Odd {
      @expose(options) async *items(): AsyncGenerator<number, void, void> {
        yield 1;
      }
    }
    await expect(serve([new Odd()], { transports: [memory()], listen: "memory:odd" })).rejects.toThrow(why);
  });
});

describe("a stream inside a call", () => {
  it.each(["with", "ambient"] as const)("inherits its deadline and its cancel: %s", (how) =>
    new Simulation(1).run(async (simulation) => {
      const ambientContext = createAmbientContext();
      const inner = new Desk("x", (ms) => simulation.sleep(ms));
      const deadlines: number[] = [];
      const clients: Client[] = [];
      const { network, clock, random } = simulation;
      @service("Outer")
      class Outer {
        @expose({ context: true }) async *items(context: CallContext): AsyncGenerator<string, void, void> {
          const client = clients[0]!;
          const desk = (how === "with" ? context.with(client) : client).service<Remote<Desk>>("Desk");
          yield* desk.count.stream(1_000, 10);
        }
      }
      const server = await serve([inner, new Outer()], {
        transports: [network],
        clock,
        random,
        listen: "sim:outer",
        ambientContext,
        interceptors: [
          (call, next) => {
            deadlines.push(call.deadline - clock.now());
            return next(call);
          },
        ],
      });
      clients.push(
        await connect("sim:outer", {
          transports: [network],
          clock,
          random,
          ...(how === "ambient" ? { ambientContext } : {}),
        }),
      );
      const caller = await simulation.connect("sim:outer");
      type RemoteOuter = { items: { stream(): AsyncIterable<string> }; $with(o: object): RemoteOuter };
      const outer = caller.service<RemoteOuter>("Outer");
      for await (const item of outer.items.stream()) if (item === "x3") break;
      await simulation.sleep(100);
      expect(server.stats().sessions.reduce((sum, { runningCalls }) => sum + runningCalls, 0)).toBe(0);
      const late = outer.$with({ timeoutMs: 500 }).items.stream();
      await expect(
        (async () => {
          for await (const _ of late);
        })(),
      ).rejects.toMatchObject({ code: "deadline_exceeded" });
      expect(deadlines.slice(0, 2)).toEqual([Infinity, Infinity]);
      expect(Math.max(...deadlines.slice(2))).toBeLessThanOrEqual(500);
      expect(deadlines.length).toBe(4);
      await caller.close();
      await clients[0]!.close();
      await server.close();
    }),
  );
});

interface System {
  readonly simulation: Simulation;
  readonly client: Client;
  readonly desk: Remote<Desk>;
  readonly first: Desk;
  readonly second: Desk;
  close(graceMs: number): Promise<void>;
  crash(): void;
}

/** Two servers, `a` and `b`, and a client that is at `a`. */
function run(scenario: (system: System) => Promise<void>): Promise<void> {
  return new Simulation(1).run(async (simulation) => {
    const { network, clock, random } = simulation;
    const sleep = (ms: number) => simulation.sleep(ms);
    const [first, second] = [new Desk("a", sleep), new Desk("b", sleep)];
    const limits = { sessionRetentionMs: 500 };
    const common = { transports: [network], clock, random, limits };
    const servers = [
      await serve([first], { ...common, listen: "sim:a" }),
      await serve([second], { ...common, listen: "sim:b" }),
    ];
    const client = await connect(["sim:a", "sim:b"], common);
    await scenario({
      simulation,
      client,
      desk: client.service<Remote<Desk>>("Desk"),
      first,
      second,
      close: (graceMs) => servers[0]!.close({ graceMs }),
      crash: () => network.crash("sim:a"),
    });
    await client.close();
    for (const server of servers) await server.close({ graceMs: 0 });
  });
}
