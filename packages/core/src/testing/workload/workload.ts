import type { Client } from "../../client/client.js";
import type { EventItem } from "../../client/event-item.js";
import type { Server } from "../../server/server.js";
import type { Safety } from "../../session/safeties.js";
import type { SeededRandom } from "../seeded-random.js";
import type { SimulatedLink } from "../simulated-network.js";
import { Simulation } from "../simulation.js";
import { checkCalls, type Settled } from "./check-calls.js";
import { checkEvents } from "./check-events.js";
import { Ledger, type RemoteLedger, type World } from "./ledger.js";
import { TableMirror } from "./table-mirror.js";

/** How much a run of the workload does, and from which seed. */
export interface WorkloadOptions {
  readonly seed: number;
  /** Calls made; each publishes three events. */
  readonly calls: number;
  /** Faults while they are under way: cut, frozen, slow, lossy and repeating links, crashes, partitions. */
  readonly faults: number;
  /** Takes one safety of all sessions away; the run must reject then, for one seed or another. */
  readonly without?: Safety;
}

/** What a run saw: a run in which nothing went wrong would show nothing. */
export interface WorkloadReport {
  readonly settled: number;
  readonly succeeded: number;
  readonly unknown: number;
  readonly resumes: number;
  readonly resets: number;
}

const url = "sim:ledger";
const calmCalls = 6;
const limits = {
  heartbeatMs: 500,
  sessionRetentionMs: 5_000,
  subscriptionQueueItems: 16,
  subscriptionCreditItems: 16,
};

/**
 * Makes calls and hears events through links and servers that fail, in virtual time; rejects when a promise of the
 * framework does not hold, naming the seed that shows it again.
 */
export function runWorkload(options: WorkloadOptions): Promise<WorkloadReport> {
  const { seed, without } = options;
  return new Simulation(seed, { without }).run((simulation) => new Workload(simulation, options).run());
}

class Workload {
  readonly #simulation: Simulation;
  readonly #random: SeededRandom;
  readonly #options: WorkloadOptions;
  readonly #world: World;
  readonly #servers: Server[] = [];
  readonly #settled: Settled[] = [];
  readonly #items: EventItem<number>[] = [];
  readonly #logged: EventItem<number>[] = [];
  readonly #mirror = new TableMirror();
  /** What neither side may ever log: that the other broke the protocol, or an error of its own. */
  readonly #broken: string[] = [];
  #ledger: Ledger;
  #client: Client | undefined;
  #resumes = 0;
  #resets = 0;

  constructor(simulation: Simulation, options: WorkloadOptions) {
    this.#simulation = simulation;
    this.#random = simulation.random;
    this.#options = options;
    this.#world = { executions: new Map(), order: [], simulation };
    this.#ledger = new Ledger(this.#world);
  }

  async run(): Promise<WorkloadReport> {
    await this.#serve();
    const client = await this.#simulation.connect(url, { limits, logger: this.#logger });
    this.#client = client;
    client.onState((state) => {
      if (state === "resuming") this.#resumes += 1;
      if (state === "reset") this.#resets += 1;
    });
    const ledger = client.service<RemoteLedger>("Ledger");
    await this.#subscribe(ledger);
    await Promise.all([this.#call(ledger), this.#fail()]);
    // A last calm: everything that is still under way arrives.
    await this.#simulation.sleep(20_000);
    await this.#callInCalm(ledger);
    this.#check();
    await this.#checkEnd(client);
    return {
      settled: this.#settled.length,
      succeeded: this.#settled.filter(({ value }) => value !== undefined).length,
      unknown: this.#settled.filter(({ outcome }) => outcome === "unknown").length,
      resumes: this.#resumes,
      resets: this.#resets,
    };
  }

  async #subscribe(ledger: RemoteLedger): Promise<void> {
    const slowly = (ms: number) =>
      this.#random.chance(0.2) ? this.#simulation.sleep(this.#random.whole(1, ms)) : undefined;
    await ledger.entered.subscribe("", (item) => {
      this.#items.push(item);
    });
    await ledger.logged.subscribe("", (item) => {
      this.#logged.push(item);
      return slowly(50);
    });
    await ledger.rows.subscribe("", (item) => {
      this.#mirror.take(item);
      return slowly(200);
    });
  }

  async #call(ledger: RemoteLedger): Promise<void> {
    const pending: Promise<void>[] = [];
    const random = this.#random;
    for (let key = 1; key <= this.#options.calls; key++) {
      const timeoutMs = random.pick([50, 500, 10_000, 10_000]);
      const workMs = random.chance(0.3) ? random.whole(1, 100) : 0;
      const cancelMs = random.chance(0.05) ? random.whole(1, 60) : undefined;
      // Large ones now and then, so that pipes fill and drain.
      const ballast = random.chance(0.02) ? new Uint8Array(40_000) : undefined;
      const fail = random.chance(0.1);
      pending.push(this.#callOnce(ledger, key, { timeoutMs, workMs, cancelMs, ballast, fail }));
      if (random.chance(0.3)) await this.#simulation.sleep(random.whole(1, 30));
    }
    await Promise.all(pending);
  }

  async #callOnce(ledger: RemoteLedger, key: number, how: HowToCall): Promise<void> {
    const { clock } = this.#simulation;
    const { timeoutMs, workMs, cancelMs, ballast, fail } = how;
    const controller = cancelMs === undefined ? undefined : new AbortController();
    const options = { timeoutMs, ...(controller === undefined ? {} : { signal: controller.signal }) };
    const started = clock.now();
    if (cancelMs !== undefined) clock.timer(cancelMs, () => controller?.abort());
    const settle = (end: Pick<Settled, "value" | "code" | "outcome">) =>
      this.#settled.push({ key, timeoutMs, took: clock.now() - started, ...end });
    const patient = ledger.$with(options);
    const call =
      ballast === undefined ? patient.enter(key, workMs, fail) : patient.enter(key, workMs, fail, ballast);
    await call.then(
      (value) => settle({ value }),
      ({ code, outcome }) => settle({ code, outcome }),
    );
  }

  /** Over a fresh link, more than a pipe holds at once: all of it must go through without another connection. */
  async #callInCalm(ledger: RemoteLedger): Promise<void> {
    for (const link of this.#simulation.network.links) link.cut();
    await this.#simulation.sleep(5_000);
    const resumes = this.#resumes;
    const how = { timeoutMs: 2_000, workMs: 0, fail: false, ballast: new Uint8Array(40_000) };
    const keys = Array.from({ length: calmCalls }, (_, index) => this.#options.calls + 1 + index);
    await Promise.all(keys.map((key) => this.#callOnce(ledger, key, how)));
    await this.#simulation.sleep(5_000);
    check(this.#resumes === resumes, "a session broke without a fault");
    for (const { key, value, code } of this.#settled)
      check(key < keys[0]! || value !== undefined, `call ${key} failed without a fault: ${code}`);
  }

  async #fail(): Promise<void> {
    for (let fault = 0; fault < this.#options.faults; fault++) {
      await this.#simulation.sleep(this.#random.whole(1, 600));
      const link = [...this.#simulation.network.links].at(-1);
      const kind = this.#random.pick([
        "cut",
        "cut",
        "freeze",
        "slow",
        "crash",
        "twice",
        "lose",
        "repeat",
        "part",
      ] as const);
      if (kind === "crash") await this.#crash();
      else if (kind === "part") await this.#part();
      else if (link !== undefined) this.#harm(kind, link);
    }
  }

  #harm(kind: "cut" | "freeze" | "slow" | "twice" | "lose" | "repeat", link: SimulatedLink): void {
    switch (kind) {
      case "cut":
        return link.cut();
      case "freeze":
        return link.freeze(this.#random.pick(["near", "far", "both"]));
      case "slow":
        return link.slowDown(this.#random.whole(5, 50));
      case "lose":
        return link.lose(this.#random.pick(["near", "far"]));
      case "repeat":
        // A session drops what comes twice by its number; a welcome has none, and twice it is a broken protocol.
        if (this.#client?.state !== "online") return;
        return link.repeat(this.#random.pick(["near", "far"]));
      case "twice":
        link.freeze("near");
        this.#simulation.clock.timer(this.#random.whole(1, 50), () => link.cut());
    }
  }

  // For longer than sessions are kept, or not: the server lives on.
  async #part(): Promise<void> {
    this.#simulation.network.part(url);
    await this.#simulation.sleep(this.#random.pick([1_000, 8_000]));
    this.#simulation.network.join(url);
  }

  async #crash(): Promise<void> {
    this.#simulation.network.crash(url);
    await this.#simulation.sleep(this.#random.whole(1, 2_000));
    this.#ledger = new Ledger(this.#world);
    await this.#serve();
  }

  async #serve(): Promise<void> {
    const options = { listen: url, limits, logger: this.#logger };
    this.#servers.push(await this.#simulation.serve([this.#ledger], options));
  }

  get #logger() {
    return {
      error: (message: string) => void this.#broken.push(message),
      warn: (message: string) => {
        if (message.includes("broke the protocol")) this.#broken.push(message);
      },
      info() {},
      debug() {},
    };
  }

  #check(): void {
    check(this.#broken.length === 0, this.#broken[0] ?? "");
    checkCalls(this.#settled, this.#options.calls + calmCalls, this.#world);
    checkEvents(this.#items, this.#ledger.published);
    checkEvents(this.#logged, this.#ledger.published);
    this.#mirror.check(this.#ledger.table);
  }

  async #checkEnd(client: Client): Promise<void> {
    const { pendingCalls, queuedCalls } = client.stats();
    check(pendingCalls === 0 && queuedCalls === 0, `${pendingCalls} calls pending, ${queuedCalls} queued`);
    await client.close();
    await Promise.all(this.#servers.map((server) => server.close({ graceMs: 0 })));
    await this.#simulation.sleep(60_000);
    for (const server of this.#servers) check(server.stats().sessions.length === 0, "a session is left");
    check(this.#simulation.clock.timers === 0, `${this.#simulation.clock.timers} timers are left`);
  }
}

interface HowToCall {
  readonly timeoutMs: number;
  readonly workMs: number;
  readonly fail: boolean;
  readonly cancelMs?: number | undefined;
  readonly ballast?: Uint8Array | undefined;
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}
