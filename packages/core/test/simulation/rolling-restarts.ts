import {
  connect,
  Event,
  type EventItem,
  event,
  expose,
  type Remote,
  type RpcError,
  type Server,
  service,
} from "@rpc/core";
import { Simulation } from "@rpc/core/testing";

const urls = ["sim:a", "sim:b"] as const;

@service("Desk")
class Desk {
  @event() readonly ticks = new Event<number>();
  readonly #simulation: Simulation;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  @expose({ idempotent: true })
  async look(workMs: number): Promise<number> {
    this.ticks.publish("tick", workMs);
    await this.#simulation.sleep(workMs);
    return workMs;
  }

  @expose()
  async place(workMs: number): Promise<number> {
    await this.#simulation.sleep(workMs);
    return workMs;
  }
}

/** What a run saw. */
export interface RollingReport {
  readonly restarts: number;
  readonly succeeded: number;
  readonly failed: readonly string[];
  readonly unknown: number;
  readonly gaps: number;
}

/** Closes two servers in turn, each time starting it again, while calls go on. */
export function runRollingRestarts({
  seed,
  restarts,
}: {
  readonly seed: number;
  readonly restarts: number;
}): Promise<RollingReport> {
  return new Simulation(seed).run(async (simulation) => {
    const { clock, random, network } = simulation;
    const report = { restarts: 0, succeeded: 0, failed: [] as string[], unknown: 0, gaps: 0 };
    const servers = new Map<string, Server>();
    const serve = async (url: string) =>
      servers.set(url, await simulation.serve([new Desk(simulation)], { listen: url }));
    for (const url of urls) await serve(url);
    const client = await connect(urls, { transports: [network], clock, random });
    const desk = client.service<Remote<Desk>>("Desk");
    let items: EventItem<number>[] = [];
    await desk.ticks.subscribe("", (item) => items.push(item));
    let over = false;

    const load = async () => {
      const pending: Promise<void>[] = [];
      while (!over) {
        const idempotent = random.chance(0.7);
        const workMs = random.whole(0, 60);
        const call = idempotent ? desk.$with({ idempotent }).look(workMs) : desk.place(workMs);
        const settled = call.then(
          () => {
            report.succeeded += 1;
          },
          (error: RpcError) => {
            report.failed.push(`${error.code} ${error.outcome} ${error.message}`);
            if (error.outcome === "unknown") report.unknown += 1;
          },
        );
        pending.push(settled);
        await simulation.sleep(random.whole(1, 15));
      }
      await Promise.all(pending);
    };

    const roll = async () => {
      for (let round = 0; round < restarts; round++) {
        await simulation.sleep(random.whole(100, 500));
        const url = urls[round % 2]!;
        await servers.get(url)!.close({ graceMs: 2_000 });
        await serve(url);
        report.restarts += 1;
      }
      await simulation.sleep(200);
      over = true;
    };

    await Promise.all([load(), roll()]);
    report.gaps = items.filter(({ kind }) => kind === "gap").length;
    items = [];
    await desk.look(1);
    await simulation.sleep(200);
    if (!items.some(({ kind }) => kind === "live")) throw new Error("the subscription did not move");
    await client.close();
    for (const server of servers.values()) await server.close({ graceMs: 0 });
    await simulation.sleep(60_000);
    if (clock.timers !== 0) throw new Error(`${clock.timers} timers are left`);
    return report;
  });
}
