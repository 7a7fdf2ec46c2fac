import {
  type CallOutcome,
  expose,
  type OutcomeStore,
  type Remote,
  RpcError,
  type Server,
  service,
} from "@rpc/core";
import { type SeededRandom, Simulation } from "@rpc/core/testing";
import { MemoryOutcomeStore } from "../../src/server/memory-outcome-store.js";

export interface OutcomeWorkloadOptions {
  readonly seed: number;
  readonly intents: number;
  readonly faults: number;
  /** Whether the outcome store outlives the server's crashes. */
  readonly durable: boolean;
}

/** What a run saw. */
export interface OutcomeReport {
  readonly answered: number;
  readonly replayed: number;
  readonly interrupted: number;
  readonly looksAgain: number;
}

const url = "sim:desk";
const limits = { heartbeatMs: 500, sessionRetentionMs: 2_000 };
const windowMs = 10_000_000;

/** What the world outside knows, whatever crashes: when each key ran. */
type Runs = Map<string, number[]>;

@service("Desk")
class Desk {
  readonly #simulation: Simulation;
  readonly #runs: Runs;

  constructor(simulation: Simulation, runs: Runs) {
    this.#simulation = simulation;
    this.#runs = runs;
  }

  @expose({ once: { windowMs } })
  async place(key: string, workMs: number): Promise<string> {
    return this.#run(key, workMs);
  }

  @expose({ idempotent: true })
  async look(key: string, workMs: number): Promise<string> {
    return this.#run(key, workMs);
  }

  async #run(key: string, workMs: number): Promise<string> {
    this.#runs.set(key, [...(this.#runs.get(key) ?? []), this.#simulation.clock.wallTime()]);
    if (workMs > 0) await this.#simulation.sleep(workMs);
    return `done ${key}`;
  }
}

/** Intents with keys, and idempotent calls, through links and servers that fail; rejects when a promise does not hold. */
export function runOutcomeWorkload(options: OutcomeWorkloadOptions): Promise<OutcomeReport> {
  return new Simulation(options.seed).run((simulation) => new OutcomeWorkload(simulation, options).run());
}

class OutcomeWorkload {
  readonly #simulation: Simulation;
  readonly #random: SeededRandom;
  readonly #options: OutcomeWorkloadOptions;
  readonly #runs: Runs = new Map();
  readonly #servers: Server[] = [];
  readonly #store: OutcomeStore | undefined;
  #fence = { down: false };
  readonly #report = { answered: 0, replayed: 0, interrupted: 0, looksAgain: 0 };

  constructor(simulation: Simulation, options: OutcomeWorkloadOptions) {
    this.#simulation = simulation;
    this.#random = simulation.random;
    this.#options = options;
    if (options.durable)
      this.#store = new MemoryOutcomeStore({
        maxOutcomes: 100_000,
        outcomeBytes: 2 ** 26,
        since: simulation.clock.wallTime(),
      });
  }

  async run(): Promise<OutcomeReport> {
    await this.#serve();
    const client = await this.#simulation.connect(url, { limits });
    const desk = client.service<Remote<Desk>>("Desk");
    await Promise.all([this.#intend(desk), this.#fail()]);
    await this.#simulation.sleep(20_000);
    const { pendingCalls, queuedCalls } = client.stats();
    check(pendingCalls + queuedCalls === 0, `${pendingCalls} calls pending, ${queuedCalls} queued`);
    await client.close();
    await Promise.all(this.#servers.map((server) => server.close({ graceMs: 0 })));
    await this.#simulation.sleep(60_000);
    check(this.#simulation.clock.timers === 0, `${this.#simulation.clock.timers} timers are left`);
    return this.#report;
  }

  async #serve(): Promise<void> {
    this.#fence = { down: false };
    const options = {
      listen: url,
      limits,
      ...(this.#store === undefined ? {} : { outcomeStore: fenced(this.#store, this.#fence) }),
    };
    this.#servers.push(await this.#simulation.serve([new Desk(this.#simulation, this.#runs)], options));
  }

  async #intend(desk: Remote<Desk>): Promise<void> {
    const pending: Promise<void>[] = [];
    for (let index = 1; index <= this.#options.intents; index++) {
      pending.push(
        this.#random.chance(0.5) ? this.#place(desk, `order ${index}`) : this.#look(desk, `look ${index}`),
      );
      if (this.#random.chance(0.5)) await this.#simulation.sleep(this.#random.whole(1, 40));
    }
    await Promise.all(pending);
  }

  /** One intent, as the recipe in docs/outcomes.md has it: after a doubt, ask; send again only what is proved not to have run. */
  async #place(desk: Remote<Desk>, key: string): Promise<void> {
    const workMs = this.#work();
    for (let attempt = 0; attempt < 20; attempt++) {
      const before = this.#ran(key);
      const error = await desk
        .$with({ key, timeoutMs: this.#random.pick([200, 5_000]) })
        .place(key, workMs)
        .then(
          (value) => {
            check(
              value === `done ${key}` && this.#ran(key) > 0,
              `${key} got ${value} and ran ${this.#ran(key)} times`,
            );
            this.#report.answered += 1;
            if (before > 0) this.#report.replayed += 1;
          },
          (reason: RpcError) => reason,
        );
      check(!this.#options.durable || this.#ran(key) <= 1, `${key} ran ${this.#ran(key)} times`);
      if (error === undefined) return;
      if (error.outcome === "not-executed")
        check(this.#ran(key) === before, `${key} is told not-executed (${error.message}) and ran`);
      const outcome = await this.#ask(desk, key);
      if (outcome.state === "interrupted") {
        check(this.#ran(key) >= 1 || this.#options.durable, `${key} is told interrupted and never ran`);
        this.#report.interrupted += 1;
        return;
      }
      // Without a durable store not-found says nothing about the server before: nobody may send again on the strength of it.
      if (outcome.state === "not-found" && !this.#options.durable) return;
      // Nor does executed promise more than that server's memory: the next one would run it again.
      if (outcome.state === "executed" && !this.#options.durable) return;
    }
  }

  async #ask(desk: Remote<Desk>, key: string): Promise<CallOutcome> {
    for (;;) {
      // The budget for asking again is not endless either.
      const outcome = await desk
        .$with({ timeoutMs: 30_000 })
        .$outcome("place", key)
        .catch(() => undefined);
      if (outcome === undefined) continue;
      const now = this.#simulation.clock.wallTime();
      if (outcome.state === "executed")
        check(this.#ran(key) === 1, `${key} is told executed and ran ${this.#ran(key)} times`);
      if (outcome.state === "not-found") {
        const recent = (this.#runs.get(key) ?? []).filter((at) => at > now - outcome.rememberedForMs + 100);
        check(recent.length === 0, `${key} is not found in ${outcome.rememberedForMs} ms and ran in them`);
      }
      if (outcome.state !== "running") return outcome;
      await this.#simulation.sleep(20);
    }
  }

  async #look(desk: Remote<Desk>, key: string): Promise<void> {
    const look = desk.$with({ idempotent: true, timeoutMs: 30_000 }).look(key, this.#work());
    await look.then(
      (value) => {
        check(value === `done ${key}` && this.#ran(key) > 0, `${key} got ${value}`);
        if (this.#ran(key) > 1) this.#report.looksAgain += 1;
      },
      (error: RpcError) => {
        check(RpcError.is(error), `${key} failed with ${String(error)}`);
        check(
          error.outcome !== "not-executed" || this.#ran(key) === 0,
          `${key} is told not-executed (${error.message}) and ran`,
        );
      },
    );
  }

  async #fail(): Promise<void> {
    for (let fault = 0; fault < this.#options.faults; fault++) {
      await this.#simulation.sleep(this.#random.whole(1, 400));
      const link = [...this.#simulation.network.links].at(-1);
      const kind = this.#random.pick(["cut", "freeze", "lose", "crash", "crash", "close"] as const);
      if (kind === "crash" || kind === "close") await this.#stop(kind);
      else if (kind === "cut") link?.cut();
      else if (kind === "freeze") link?.freeze(this.#random.pick(["near", "far", "both"]));
      else link?.lose(this.#random.pick(["near", "far"]));
    }
  }

  async #stop(kind: "crash" | "close"): Promise<void> {
    // What a crash leaves unfinished runs on in this process and must reach nobody: its links are dead, so is its store.
    if (kind === "crash") {
      this.#fence.down = true;
      this.#simulation.network.crash(url);
    } else await this.#servers.at(-1)?.close({ graceMs: this.#random.whole(0, 200) });
    await this.#simulation.sleep(this.#random.whole(1, 1_000));
    await this.#serve();
  }

  #work(): number {
    return this.#random.chance(0.5) ? this.#random.whole(1, 100) : 0;
  }

  #ran(key: string): number {
    return this.#runs.get(key)?.length ?? 0;
  }
}

/** What a server sees of a store that outlives it: nothing more once it is down. */
function fenced(store: OutcomeStore, fence: { readonly down: boolean }): OutcomeStore {
  const never = new Promise<never>(() => {});
  return {
    since: store.since,
    start: (call) => (fence.down ? never : store.start(call)),
    finish: (id, answer, until) => (fence.down ? never : store.finish(id, answer, until)),
    forget: (id) => (fence.down ? never : store.forget(id)),
    find: (id, at) => (fence.down ? never : store.find(id, at)),
  };
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}
