import { connect, Event, event, expose, type Remote, serve, service, type Transport } from "@rpc/core";
import {
  checkBytes,
  checkName,
  checkOrder,
  checkStream,
  createBytes,
  createTick,
  name,
  order,
  type Tick,
  TickCheck,
  ticksPerTurn,
} from "../data.js";
import type { BenchClient, BenchServer } from "../peer.js";

@service("Bench")
class Bench {
  // Everything, or a gap: a history as long as the longest round, since the publisher does not wait for readers.
  @event({ mode: "log", history: { count: 20_000 } }) readonly ticks = new Event<Tick>();
  served = 0;
  #name = "";
  #published = 0;

  @expose() changeName(newName: string): string {
    this.served += 1;
    this.#name = newName;
    return this.#name;
  }

  @expose() echo(value: unknown): unknown {
    this.served += 1;
    return value;
  }

  @expose() async *stream(count: number): AsyncGenerator<Tick> {
    this.served += 1;
    for (let n = 0; n < count; n += 1) yield createTick(n);
  }

  @expose() async publish(count: number): Promise<void> {
    this.served += 1;
    for (let sent = 0; sent < count; sent += 1) {
      this.ticks.publish("STOCK.AAPL", createTick(this.#published));
      this.#published += 1;
      if (sent % ticksPerTurn === ticksPerTurn - 1) {
        await this.ticks.drained();
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
}

/** Serves the bench over `transport`, everything on. */
export async function serveBench(transport: Transport, listen: string): Promise<BenchServer> {
  const bench = new Bench();
  const limits = { maxConnections: 20_000, maxSessions: 20_000 };
  const server = await serve([bench], { transports: [transport], listen, limits });
  return { url: server.urls[0]!, served: () => bench.served, close: () => server.close({ graceMs: 0 }) };
}

/** Connects to the bench over `transport`. */
export async function connectBench(transport: Transport, url: string): Promise<BenchClient> {
  const client = await connect(url, { transports: [transport] });
  const bench = client.service<Remote<Bench>>("Bench");
  const check = new TickCheck();
  return {
    call: async () => checkName(await bench.changeName(name)),
    object: async () => checkOrder(await bench.echo(order)),
    bytes: async (size) => checkBytes((await bench.echo(createBytes(size))) as Uint8Array, size),
    stream: (count) => checkStream(bench.stream.stream(count), count, (tick: Tick) => tick.n),
    async subscribe() {
      await bench.ticks.subscribe("", (item) => {
        if (item.kind !== "live" && item.kind !== "replay")
          throw new Error(`a ${item.kind} came among the ticks`);
        check.take(item.value.n);
      });
    },
    hear: (count) => check.next(count),
    async publish(count) {
      await bench.publish(count);
    },
    close: () => client.close(),
  };
}
