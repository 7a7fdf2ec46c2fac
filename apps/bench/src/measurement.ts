import type { Case } from "./cases.js";
import type { Answer } from "./half.js";
import { HalfProcess } from "./half-process.js";

/** One round of one peer. */
export interface Round {
  /** CPU of both processes, and of a broker between them, for each unit. */
  readonly cpuUs: number;
  readonly perSecond: number;
  /** Median time of a call, where one is in flight. */
  readonly p50Us: number | undefined;
}

/** CPU of the client before anything counts. Not time: on a busy machine that says nothing. */
const warmUpUs = 300_000;
/** Warming up goes on while rounds still get cheaper, for at most so many rounds' worth of CPU. */
const mostWarmRounds = 10;
/** What is no cheaper than this, twice in a row, is as the round before. */
const cheaper = 0.95;

/** A peer's server and client, each in its own process, both on one core where that can be had. */
export class Measurement {
  readonly peer: string;
  readonly #server: HalfProcess;
  readonly #client: HalfProcess;
  readonly #can: ReadonlySet<string>;
  /** Units a round takes, by case. */
  readonly #units = new Map<string, number>();

  private constructor(peer: string, server: HalfProcess, client: HalfProcess, can: ReadonlySet<string>) {
    this.peer = peer;
    this.#server = server;
    this.#client = client;
    this.#can = can;
  }

  static async start(peer: string): Promise<Measurement> {
    const server = new HalfProcess(peer, "server");
    const { url } = await server.ready;
    const client = new HalfProcess(peer, "client", url ?? "");
    const { can } = await client.ready;
    return new Measurement(peer, server, client, new Set(can));
  }

  /** Whether the peer can do what the case needs. */
  takesPart({ needs, inFlight = 0 }: Case): boolean {
    if (inFlight > 1 && this.#can.has("oneAtATime")) return false;
    return needs.every((need) => this.#can.has(need));
  }

  /** Warms up and finds out how many units take about `roundMs`. */
  async prepare(asked: Case, roundMs: number): Promise<void> {
    let units = asked.firstUnits;
    let warmUs = 0;
    let least = Number.POSITIVE_INFINITY;
    let steady = 0;
    for (;;) {
      const { wallMs = 0, cpuUs = 0 } = await this.#client.ask({ ask: "round", case: asked.name, units });
      const cost = cpuUs / units;
      warmUs += cpuUs;
      steady = cost < least * cheaper ? 0 : steady + 1;
      least = Math.min(least, cost);
      const long = wallMs >= roundMs / 2 || units >= asked.maxUnits;
      // The compiler wants to see a path some time before it is at its best: some of them for a million calls.
      const warm = warmUs >= warmUpUs && (steady >= 2 || warmUs >= mostWarmRounds * roundMs * 1_000);
      if (warm && long) break;
      const wanted = Math.min(units * 8, (units * roundMs) / Math.max(wallMs, 1), asked.maxUnits);
      if (!long) units = Math.ceil(wanted / asked.connections) * asked.connections;
    }
    this.#units.set(asked.name, units);
  }

  /** Runs one round. Throws when the server did not run exactly what was answered. */
  async round(asked: Case): Promise<Round> {
    const units = this.#units.get(asked.name)!;
    const before = await this.#usage();
    const {
      cpuUs = 0,
      wallMs = 0,
      p50Us,
    } = await this.#client.ask({ ask: "round", case: asked.name, units });
    const after = await this.#usage();
    const ran = after.served - before.served;
    const expected = asked.executions(units);
    if (ran !== expected)
      throw new Error(
        `${this.peer}, ${asked.name}: expected ${expected} executions at the server, it ran ${ran}`,
      );
    return {
      cpuUs: (cpuUs + after.cpuUs - before.cpuUs) / units,
      perSecond: (units / wallMs) * 1_000,
      p50Us,
    };
  }

  async close(): Promise<void> {
    await this.#client.close();
    await this.#server.close();
  }

  // Of a peer in one process, the client knows what ran.
  async #usage(): Promise<{ readonly cpuUs: number; readonly served: number }> {
    const server: Answer = await this.#server.ask({ ask: "usage" });
    const client: Answer = await this.#client.ask({ ask: "usage" });
    return { cpuUs: server.cpuUs ?? 0, served: (server.served ?? 0) + (client.served ?? 0) };
  }
}
