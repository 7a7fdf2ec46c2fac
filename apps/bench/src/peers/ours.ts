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
import { contract } from "./contract.js";

/** A promise that can be left out, to see what it costs. */
export type Promised = "resume" | "scan" | "validation" | "history";

/** One of our transports as it is measured. */
export interface OurSetup {
  readonly transport: Transport;
  /** What this process does without. Nothing for a user's. */
  readonly without?: Promised | undefined;
}

@service("Bench")
class Bench {
  // Everything, or a gap: a history as long as the longest round, since the publisher does not wait for readers.
  @event({ mode: "log", history: { count: 20_000 } }) readonly ticks = new Event<Tick>();
  @event() readonly signals = new Event<Tick>();
  served = 0;
  readonly #published: Event<Tick>;
  #name = "";
  #count = 0;

  constructor(without: Promised | undefined) {
    this.#published = without === "history" ? this.signals : this.ticks;
  }

  @expose() changeName(newName: string): string {
    this.served += 1;
    this.#name = newName;
    return this.#name;
  }

  @expose() echo(value: typeof order): typeof order {
    this.served += 1;
    return value;
  }

  @expose() bytes(block: Uint8Array): Uint8Array {
    this.served += 1;
    return block;
  }

  @expose() async *stream(count: number): AsyncGenerator<Tick> {
    this.served += 1;
    for (let n = 0; n < count; n += 1) yield createTick(n);
  }

  @expose() async publish(count: number): Promise<void> {
    this.served += 1;
    for (let sent = 0; sent < count; sent += 1) {
      this.#published.publish("STOCK.AAPL", createTick(this.#count));
      this.#count += 1;
      if (sent % ticksPerTurn === ticksPerTurn - 1) {
        await this.#published.drained();
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
}

/** Serves the bench over a transport, arguments checked. */
export async function serveBench({ transport, without }: OurSetup, listen: string): Promise<BenchServer> {
  const bench = new Bench(without);
  const options = {
    transports: [transport],
    listen,
    contract,
    validate: { arguments: without !== "validation" },
    limits: { maxConnections: 20_000, maxSessions: 20_000 },
  };
  const server = await serve([bench], await leaveOut(without, options));
  return { url: server.urls[0]!, served: () => bench.served, close: () => server.close({ graceMs: 0 }) };
}

/** Connects to the bench over a transport. */
export async function connectBench({ transport, without }: OurSetup, url: string): Promise<BenchClient> {
  const client = await connect(url, await leaveOut(without, { transports: [transport] }));
  const bench = client.service<Remote<Bench>>("Bench");
  const event = without === "history" ? bench.signals : bench.ticks;
  const check = new TickCheck();
  return {
    call: async () => checkName(await bench.changeName(name)),
    object: async () => checkOrder(await bench.echo(order)),
    bytes: async (size) => checkBytes(await bench.bytes(createBytes(size)), size),
    stream: (count) => checkStream(bench.stream.stream(count), count, (tick: Tick) => tick.n),
    async subscribe() {
      await event.subscribe("", (item) => {
        if (item.kind !== "live" && item.kind !== "replay") {
          throw new Error(`a ${item.kind} came among the ticks`);
        }
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

// The testing kit is loaded only for what needs it: start-up is measured.
async function leaveOut<Options extends object>(
  without: Promised | undefined,
  options: Options,
): Promise<Options> {
  if (without !== "scan" && without !== "resume") return options;
  const { switchScan, withoutSafety } = await import("@rpc/core/testing");
  if (without === "resume") return withoutSafety(options, "acknowledgement");
  switchScan(false);
  return options;
}
