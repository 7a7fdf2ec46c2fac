import {
  type CallContext,
  connect,
  expose,
  type Remote,
  type RpcError,
  type Server,
  serve,
  service,
} from "@rpc/core";
import { SimulatedNetwork, Simulation } from "@rpc/core/testing";
import { describe, expect, it } from "vitest";

const url = "sim:ledger";
const limits = { sessionRetentionMs: 1_000 };

@service("Ledger")
class Ledger {
  readonly #entered: string[];
  readonly #hold: Promise<void> | undefined;

  constructor(entered: string[], hold?: Promise<void>) {
    this.#entered = entered;
    this.#hold = hold;
  }

  @expose({ idempotent: true })
  async enter(name: string): Promise<string> {
    this.#entered.push(name);
    await this.#hold;
    return name;
  }
}

interface System {
  readonly simulation: Simulation;
  readonly network: SimulatedNetwork;
  readonly entered: string[];
  readonly ledger: Remote<Ledger>;
  readonly server: Server;
  start(hold?: Promise<void>): Promise<Server>;
  crash(): void;
}

const never = new Promise<void>(() => {});

describe("a call whose session is lost", () => {
  it("is not executed when no connection ever got it, and is sent again", () =>
    run({ pipeBytes: 1 }, async ({ simulation, entered, ledger, start, crash, network }) => {
      for (const link of network.links) link.slowDown(1_000);
      const handed = outcomeOf(ledger.enter("handed"));
      await simulation.sleep(0);
      // The pipe takes one packet at a time, so this one stays here.
      const kept = ledger.enter("kept");
      await simulation.sleep(0);
      crash();
      await start();
      expect(await handed).toBe("unavailable unknown");
      expect(await kept).toBe("kept");
      expect(entered).toEqual(["kept"]);
    }));

  it("is not executed when the server closed before it came, and is sent again", () =>
    run({}, async ({ simulation, entered, ledger, server, start }) => {
      const closing = server.close({ graceMs: 0 });
      const crossing = ledger.enter("crossing");
      await closing;
      await simulation.sleep(100);
      expect(entered).toEqual([]);
      await start();
      expect(await crossing).toBe("crossing");
      expect(entered).toEqual(["crossing"]);
    }));

  it("is sent five times at most when it is idempotent", () =>
    run({ hold: never }, async ({ simulation, entered, ledger, start, crash }) => {
      const call = outcomeOf(ledger.$with({ idempotent: true, timeoutMs: 60_000 }).enter("again"));
      for (let restart = 0; restart < 6; restart++) {
        await simulation.sleep(500);
        crash();
        await start(never);
        await simulation.sleep(2_000);
      }
      expect(await call).toBe("unavailable unknown");
      expect(entered).toEqual(Array.from({ length: 5 }, () => "again"));
    }));

  it("stays unknown once it may have run, whatever becomes of its next attempt", () =>
    run({ hold: never }, async ({ simulation, entered, ledger, crash }) => {
      const call = outcomeOf(ledger.$with({ idempotent: true, timeoutMs: 5_000 }).enter("doubtful"));
      await simulation.sleep(500);
      crash();
      expect(entered).toEqual(["doubtful"]);
      expect(await call).toBe("deadline_exceeded unknown");
    }));

  it("is not executed when its deadline passes while it waits for a connection", () =>
    run({}, async ({ simulation, entered, ledger, crash }) => {
      crash();
      await simulation.sleep(100);
      expect(await outcomeOf(ledger.$with({ timeoutMs: 300 }).enter("late"))).toBe(
        "deadline_exceeded not-executed",
      );
      expect(entered).toEqual([]);
    }));

  it("is lost with the others when the budget is used up", () =>
    run({ hold: never }, async ({ simulation, entered, ledger, start, crash }) => {
      const idempotent = ledger.$with({ idempotent: true });
      const calls = Array.from({ length: 100 }, (_, index) => outcomeOf(idempotent.enter(String(index))));
      await simulation.sleep(100);
      crash();
      await start();
      const outcomes = await Promise.all(calls);
      const again = outcomes.filter((outcome) => !outcome.startsWith("unavailable"));
      // Ten, a fifth of a hundred, and ten a second for the second or two that the session was kept.
      expect(again.length).toBeGreaterThanOrEqual(30);
      expect(again.length).toBeLessThan(60);
      expect(entered.length).toBe(100 + again.length);
    }));
});

describe("a call that an interceptor of the server refuses", () => {
  it("is told not-executed, for its method was never reached", async () => {
    await new Simulation(1).run(async (simulation) => {
      const network = simulation.network;
      const { clock, random } = simulation;
      const entered: string[] = [];
      const refuse = async (_call: CallContext): Promise<never> => {
        throw new TypeError("no");
      };
      const server = await serve([new Ledger(entered)], {
        transports: [network],
        clock,
        random,
        listen: url,
        interceptors: [refuse],
      });
      const client = await simulation.connect(url);
      expect(await outcomeOf(client.service<Remote<Ledger>>("Ledger").enter("x"))).toBe(
        "internal not-executed",
      );
      await client.close();
      await server.close();
    });
  });
});

/** Runs over a simulated network; `hold` keeps the first server's calls from ending. */
function run(
  options: { readonly pipeBytes?: number; readonly hold?: Promise<void> },
  scenario: (system: System) => Promise<void>,
): Promise<void> {
  return new Simulation(1).run(async (simulation) => {
    const { clock, random } = simulation;
    const network = new SimulatedNetwork({ clock, random, pipeBytes: options.pipeBytes ?? 65_536 });
    const entered: string[] = [];
    const servers: Server[] = [];
    const start = async (hold?: Promise<void>) => {
      const server = await serve([new Ledger(entered, hold)], {
        transports: [network],
        clock,
        random,
        listen: url,
        limits,
      });
      servers.push(server);
      return server;
    };
    const server = await start(options.hold);
    const client = await connect(url, { transports: [network], clock, random, limits });
    const ledger = client.service<Remote<Ledger>>("Ledger");
    await scenario({ simulation, network, entered, ledger, server, start, crash: () => network.crash(url) });
    await client.close();
    for (const each of servers) await each.close({ graceMs: 0 });
  });
}

function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(String, (error: RpcError) => `${error.code} ${error.outcome}`);
}
