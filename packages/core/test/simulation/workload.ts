import {
  type CallContext,
  type Client,
  Event,
  type EventItem,
  event,
  expose,
  type Outcome,
  type Remote,
  RpcError,
  type Server,
  service,
} from "@rpc/core";
import { type SeededRandom, type SimulatedLink, Simulation } from "@rpc/core/testing";

export interface WorkloadOptions {
  readonly seed: number;
  readonly calls: number;
  readonly faults: number;
}

/** What the world outside knows, whatever crashes. */
interface World {
  readonly executions: Map<number, number>;
  readonly order: number[];
  readonly simulation: Simulation;
}

@service("Ledger")
class Ledger {
  @event() readonly entered = new Event<number>();
  @event({ mode: "log", history: { count: 40 } }) readonly logged = new Event<number>();
  @event({ mode: "table", key: ({ name }: Row) => name }) readonly rows = new Event<Row>();
  /** What the table holds. */
  readonly table = new Map<string, number>();
  /** Newest sequence number by topic. */
  readonly published = new Map<string, number>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  @expose({ context: true })
  async enter(context: CallContext, key: number, workMs: number, fail: boolean): Promise<number> {
    const { executions, order, simulation } = this.#world;
    executions.set(key, (executions.get(key) ?? 0) + 1);
    order.push(key);
    const topic = `t${key % 3}`;
    this.published.set(topic, (this.published.get(topic) ?? 0) + 1);
    this.entered.publish(topic, key, context);
    this.logged.publish(topic, key, context);
    const name = `row${key % 7}`;
    if (key % 5 === 0) {
      this.table.delete(name);
      this.rows.remove(name, context);
    } else {
      this.table.set(name, key);
      this.rows.publish(topicOf(name), { name, key }, context);
    }
    if (workMs > 0) await simulation.sleep(workMs);
    if (fail) throw new RpcError("failed_precondition", `refused ${key}`);
    return key * 2;
  }
}

interface Row {
  readonly name: string;
  readonly key: number;
}

function topicOf(name: string): string {
  return `table.${name}`;
}

interface Settled {
  readonly key: number;
  readonly took: number;
  readonly timeoutMs: number;
  readonly value?: number;
  readonly code?: string;
  readonly outcome?: Outcome;
}

/** What a run saw, for tests of the tests. */
export interface WorkloadReport {
  readonly settled: number;
  readonly succeeded: number;
  readonly unknown: number;
  readonly resumes: number;
  readonly resets: number;
}

const url = "sim:ledger";
const limits = {
  heartbeatMs: 500,
  sessionRetentionMs: 5_000,
  subscriptionQueueItems: 16,
  subscriptionCreditItems: 16,
};

/** Calls and events through links and servers that fail; rejects when a promise of the framework does not hold. */
export function runWorkload(options: WorkloadOptions): Promise<WorkloadReport> {
  return new Simulation(options.seed).run((simulation) => new Workload(simulation, options).run());
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
  #ledger: Ledger;
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
    this.#servers.push(await this.#simulation.serve([this.#ledger], { listen: url, limits }));
    const client = await this.#simulation.connect(url, { limits });
    client.onState((state) => {
      if (state === "resuming") this.#resumes += 1;
      if (state === "reset") this.#resets += 1;
    });
    const ledger = client.service<Remote<Ledger>>("Ledger");
    await ledger.entered.subscribe("", (item) => {
      this.#items.push(item);
    });
    const slowly = (ms: number) =>
      this.#random.chance(0.2) ? this.#simulation.sleep(this.#random.whole(1, ms)) : undefined;
    await ledger.logged.subscribe("", (item) => {
      this.#logged.push(item);
      return slowly(50);
    });
    await ledger.rows.subscribe("", (item) => {
      this.#mirror.take(item);
      return slowly(200);
    });
    await Promise.all([this.#call(ledger), this.#fail()]);
    // A last calm: everything that is still under way arrives.
    await this.#simulation.sleep(20_000);
    this.#checkCalls();
    this.#checkEvents(this.#items);
    this.#checkEvents(this.#logged);
    this.#mirror.check(this.#ledger.table);
    await this.#checkEnd(client);
    return {
      settled: this.#settled.length,
      succeeded: this.#settled.filter(({ value }) => value !== undefined).length,
      unknown: this.#settled.filter(({ outcome }) => outcome === "unknown").length,
      resumes: this.#resumes,
      resets: this.#resets,
    };
  }

  async #call(ledger: Remote<Ledger>): Promise<void> {
    const pending: Promise<void>[] = [];
    for (let key = 1; key <= this.#options.calls; key++) {
      pending.push(this.#callOnce(ledger, key));
      if (this.#random.chance(0.3)) await this.#simulation.sleep(this.#random.whole(1, 30));
    }
    await Promise.all(pending);
  }

  async #callOnce(ledger: Remote<Ledger>, key: number): Promise<void> {
    const { clock } = this.#simulation;
    const timeoutMs = this.#random.pick([50, 500, 10_000, 10_000]);
    const workMs = this.#random.chance(0.3) ? this.#random.whole(1, 100) : 0;
    const controller = this.#random.chance(0.05) ? new AbortController() : undefined;
    const options = { timeoutMs, ...(controller === undefined ? {} : { signal: controller.signal }) };
    const started = clock.now();
    if (controller !== undefined) clock.timer(this.#random.whole(1, 60), () => controller.abort());
    const call = ledger
      .$with(options)
      .enter(key as never, workMs as never, this.#random.chance(0.1) as never, undefined as never);
    await (call as Promise<number>).then(
      (value) => this.#settled.push({ key, timeoutMs, took: clock.now() - started, value }),
      (error: RpcError) =>
        this.#settled.push({
          key,
          timeoutMs,
          took: clock.now() - started,
          code: error.code,
          outcome: error.outcome,
        }),
    );
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
    this.#servers.push(await this.#simulation.serve([this.#ledger], { listen: url, limits }));
  }

  #checkCalls(): void {
    const { executions, order } = this.#world;
    check(
      this.#settled.length === this.#options.calls,
      `${this.#settled.length} of ${this.#options.calls} calls settled`,
    );
    check(new Set(this.#settled.map(({ key }) => key)).size === this.#options.calls, "a call settled twice");
    for (const { key, took, timeoutMs, value, outcome, code } of this.#settled) {
      const ran = executions.get(key) ?? 0;
      check(ran <= 1, `call ${key} ran ${ran} times`);
      check(took <= timeoutMs + 1_000, `call ${key} took ${took} ms, its timeout was ${timeoutMs}`);
      check(value === undefined || value === key * 2, `call ${key} got ${value}`);
      check(value === undefined || ran === 1, `call ${key} succeeded and ran ${ran} times`);
      check(outcome !== "not-executed" || ran === 0, `call ${key} is told not-executed (${code}) and ran`);
      check(outcome !== "executed" || ran === 1, `call ${key} is told executed (${code}) and did not run`);
    }
    for (let index = 1; index < order.length; index++) {
      check(order[index]! > order[index - 1]!, `call ${order[index]} ran after ${order[index - 1]}`);
    }
  }

  #checkEvents(items: readonly EventItem<number>[]): void {
    const next = new Map<string, number | undefined>();
    for (const item of items) {
      if (item.kind === "removed" || item.kind === "mark") continue;
      const expected = next.get(item.topic);
      const first = item.kind === "gap" ? item.from : item.seq;
      const afterReset = next.has(item.topic) && expected === undefined;
      check(
        afterReset || first === (expected ?? first),
        `event ${item.topic} ${first} came, ${expected} was expected`,
      );
      next.set(item.topic, item.kind === "gap" ? (item.to === null ? undefined : item.to + 1) : item.seq + 1);
    }
    for (const [topic, last] of this.#ledger.published) {
      const expected = next.get(topic);
      check(
        expected === undefined || expected === last + 1,
        `of ${topic} ${last} were published, the subscriber is at ${expected}`,
      );
    }
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

/** A table as a subscriber keeps it. */
class TableMirror {
  readonly #rows = new Map<string, number>();
  readonly #fresh = new Map<string, number>();

  take(item: EventItem<Row>): void {
    if (item.kind === "snapshot") this.#fresh.set(item.value.name, item.value.key);
    else if (item.kind === "live") this.#rows.set(item.value.name, item.value.key);
    else if (item.kind === "removed") this.#rows.delete(item.key);
    else if (item.kind === "gap") this.#fresh.clear();
    else {
      this.#rows.clear();
      for (const [name, key] of this.#fresh) this.#rows.set(name, key);
      this.#fresh.clear();
    }
  }

  check(table: ReadonlyMap<string, number>): void {
    const show = (rows: ReadonlyMap<string, number>) => JSON.stringify([...rows].sort());
    check(
      show(this.#rows) === show(table),
      `the table is ${show(table)}, its subscriber has ${show(this.#rows)}`,
    );
  }
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}
