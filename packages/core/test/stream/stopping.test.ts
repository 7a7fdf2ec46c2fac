import { expose, type Remote, type RpcError, service } from "@rpc/core";
import { Simulation } from "@rpc/core/testing";
import { expect, test } from "vitest";

@service("Clockwork")
class Clockwork {
  readonly #simulation: Simulation;
  /** How the loops over arguments ended. */
  readonly ends: { readonly code: string; readonly details: unknown }[] = [];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  @expose()
  async *tick(count: number): AsyncGenerator<number> {
    for (let tick = 0; tick < count; tick++) {
      await this.#simulation.sleep(100);
      yield tick;
    }
  }

  @expose()
  async read(numbers: AsyncIterable<number>): Promise<void> {
    try {
      for await (const _ of numbers);
    } catch (error) {
      const { code, details } = error as RpcError;
      this.ends.push({ code, details });
      throw error;
    }
  }
}

test("streams run on while a server drains, and those that the grace is too short for end with their last index", () =>
  new Simulation(1).run(async (simulation) => {
    const server = await simulation.serve([new Clockwork(simulation)], { listen: "sim:clockwork" });
    const client = await simulation.connect("sim:clockwork");
    const clockwork = client.service<Remote<Clockwork>>("Clockwork");
    const short: number[] = [];
    const long: number[] = [];
    const whole = collect(clockwork.tick.stream(10), short);
    const lost = collect(clockwork.tick.stream(1_000), long).catch((error: RpcError) => error);
    await simulation.sleep(300);
    await server.close({ graceMs: 3_000 });
    await whole;
    expect(short).toHaveLength(10);
    expect(await lost).toMatchObject({ code: "unavailable", details: { lastIndex: long.length - 1 } });
    expect(long.length).toBeGreaterThan(20);
    await client.close();
  }));

test("a method that reads a stream is told when its session is lost, and how far it came", () =>
  new Simulation(1).run(async (simulation) => {
    const served = new Clockwork(simulation);
    const server = await simulation.serve([served], {
      listen: "sim:clockwork",
      limits: { sessionRetentionMs: 1_000 },
    });
    const client = await simulation.connect("sim:clockwork");
    const source = new Clockwork(simulation).tick(1_000);
    const call = client
      .service<Remote<Clockwork>>("Clockwork")
      .read(source)
      .catch((error: RpcError) => error);
    await simulation.sleep(1_000);
    await client.close();
    expect(await call).toMatchObject({ code: "cancelled", outcome: "unknown" });
    await simulation.sleep(5_000);
    expect(served.ends).toEqual([{ code: "unavailable", details: { lastIndex: expect.any(Number) } }]);
    expect((await source.next()).done).toBe(true);
    expect(server.stats().runningCalls).toBe(0);
    await server.close();
  }));

async function collect(stream: AsyncIterable<number>, into: number[]): Promise<void> {
  for await (const number of stream) into.push(number);
}
