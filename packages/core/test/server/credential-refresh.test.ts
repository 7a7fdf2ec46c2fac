import {
  type CallContext,
  type CallOptions,
  type ClientOptions,
  expose,
  type RpcError,
  type ServeOptions,
  service,
  validUntil,
} from "@rpc/core";
import { Simulation } from "@rpc/core/testing";
import { describe, expect, test } from "vitest";
import { RecordingLogger } from "../recording-logger.js";

@service("Desk")
class Desk {
  readonly aborted: string[] = [];
  @expose({ context: true }) whoAmI(context: CallContext): unknown {
    return context.identity;
  }
  @expose({ context: true }) wait(context: CallContext): Promise<never> {
    return new Promise((_, reject) => {
      context.signal.addEventListener("abort", () => {
        this.aborted.push((context.signal.reason as RpcError).code);
        reject(context.signal.reason as RpcError);
      });
    });
  }
}

interface RemoteDesk {
  whoAmI(): Promise<unknown>;
  wait(): Promise<never>;
  $with(options: CallOptions): RemoteDesk;
}

interface Shown {
  readonly user: string;
  readonly role?: string;
  /** Milliseconds from now. */
  readonly validMs?: number;
}

async function open(
  simulation: Simulation,
  first: Shown,
  {
    serving = {},
    connecting = {},
  }: { serving?: Partial<ServeOptions>; connecting?: Partial<ClientOptions> } = {},
) {
  const desk = new Desk();
  const shown = { now: first, times: 0 };
  const logger = new RecordingLogger();
  const server = await simulation.serve([desk], {
    listen: "sim:desk",
    outcomeScope: (identity) => (identity as Shown).user,
    authenticate: (credentials) => {
      const { user, role, validMs } = credentials as Shown;
      const identity = role === undefined ? { user } : { user, role };
      return validMs === undefined ? identity : validUntil(identity, simulation.clock.wallTime() + validMs);
    },
    ...serving,
  });
  const client = await simulation.connect("sim:desk", {
    credentials: () => {
      shown.times += 1;
      return shown.now;
    },
    logger,
    ...connecting,
  });
  const states: string[] = [];
  client.onState((state, reason) =>
    states.push(reason === undefined ? state : `${state}: ${reason.message}`),
  );
  const remote = client.service<RemoteDesk>("Desk");
  const close = async () => {
    await client.close();
    await server.close({ graceMs: 0 });
  };
  return { desk, server, client, remote, shown, states, logger, close };
}

describe("credentials that end", () => {
  test("are shown anew in time, as long as they are renewed", async () => {
    await new Simulation(1).run(async (simulation) => {
      const { client, remote, shown, states, close } = await open(simulation, {
        user: "ann",
        validMs: 60_000,
      });
      await simulation.sleep(600_000);
      expect([client.state, states]).toEqual(["online", []]);
      expect(shown.times).toBeGreaterThanOrEqual(11);
      expect(shown.times).toBeLessThanOrEqual(16);
      expect(await remote.whoAmI()).toEqual({ user: "ann" });
      await close();
    });
  });

  test("that are not renewed end the session, and nothing runs from then on", async () => {
    await new Simulation(2).run(async (simulation) => {
      const until = 60_000;
      const { desk, server, client, remote, states, shown, close } = await open(
        simulation,
        { user: "ann" },
        { serving: { authenticate: (credentials) => validUntil(credentials, until) } },
      );
      const waiting = remote.$with({ timeoutMs: Infinity }).wait();
      const failed = expect(waiting).rejects.toMatchObject({ code: "unavailable", outcome: "unknown" });
      await simulation.sleep(until);
      await failed;
      await simulation.sleep(100);
      expect(states[0]).toBe("reset: the credentials have expired");
      expect(client.state).toBe("reset");
      expect(server.stats().sessions).toEqual([]);
      expect(desk.aborted).toEqual(["unauthenticated"]);
      // Each time a smaller part of what is left, and not without end.
      expect(shown.times).toBeLessThan(30);
      await expect(remote.whoAmI()).rejects.toMatchObject({
        code: "deadline_exceeded",
        outcome: "not-executed",
      });
      await close();
    });
  });

  test("end a session also while its client is away", async () => {
    await new Simulation(3).run(async (simulation) => {
      const { server, close } = await open(
        simulation,
        { user: "ann", validMs: 10_000 },
        { serving: { limits: { sessionRetentionMs: 600_000 } } },
      );
      simulation.network.part("sim:desk");
      await simulation.sleep(9_000);
      expect(server.stats().sessions).toHaveLength(1);
      await simulation.sleep(2_000);
      expect(server.stats().sessions).toEqual([]);
      await close();
    });
  });

  test("begin anew with the hello of a client that comes back", async () => {
    await new Simulation(4).run(async (simulation) => {
      const { states, close } = await open(simulation, { user: "ann", validMs: 10_000 });
      await simulation.sleep(5_000);
      for (const link of simulation.network.links) link.cut();
      await simulation.sleep(9_000);
      expect(states.map((state) => state.split(":")[0])).toEqual(["resuming", "online"]);
      await close();
    });
  });

  test("are shown again soon when the server could not decide", async () => {
    await new Simulation(5).run(async (simulation) => {
      let down = false;
      const { client, logger, states, close } = await open(
        simulation,
        { user: "ann" },
        {
          serving: {
            authenticate: (credentials) => {
              if (down) throw new Error("no directory");
              return validUntil(credentials, simulation.clock.wallTime() + 10_000);
            },
          },
        },
      );
      down = true;
      await simulation.sleep(9_000);
      down = false;
      await simulation.sleep(10_000);
      expect([client.state, states]).toEqual(["online", []]);
      expect(logger.lines[0]).toMatch(
        /^warn the credentials could not be refreshed, which end in \d+ ms: authentication failed at the server/,
      );
      await close();
    });
  });

  test("are told in the log of a client that has no others", async () => {
    await new Simulation(6).run(async (simulation) => {
      const { logger, close } = await open(
        simulation,
        { user: "ann" },
        {
          serving: {
            outcomeScope: () => "all",
            authenticate: () => validUntil("somebody", simulation.clock.wallTime() + 5_000),
          },
          connecting: { credentials: undefined as never },
        },
      );
      expect(logger.lines).toEqual([
        expect.stringMatching(
          /^warn the server ends this session in \d+ ms, when its credentials expire: pass credentials/,
        ),
      ]);
      await close();
    });
  });

  test("that have ended already get nobody in", async () => {
    await new Simulation(7).run(async (simulation) => {
      await expect(open(simulation, { user: "ann", validMs: 0 })).rejects.toMatchObject({
        code: "unauthenticated",
        message: "the credentials have expired",
      });
    });
  });
});

describe("refreshCredentials", () => {
  test("tells the server at once, and calls go on", async () => {
    await new Simulation(11).run(async (simulation) => {
      const { client, remote, shown, states, close } = await open(simulation, {
        user: "ann",
        role: "junior",
      });
      shown.now = { user: "ann", role: "head" };
      await client.refreshCredentials();
      expect(shown.times).toBe(2);
      expect(await remote.whoAmI()).toEqual({ user: "ann", role: "head" });
      expect(states).toEqual([]);
      await close();
    });
  });

  test("asked for while one is under way is one more, which shows what is new since", async () => {
    await new Simulation(17).run(async (simulation) => {
      const { client, remote, shown, close } = await open(simulation, { user: "ann" });
      const first = client.refreshCredentials();
      await simulation.sleep(1);
      shown.now = { user: "ann", role: "head" };
      await Promise.all([first, client.refreshCredentials(), client.refreshCredentials()]);
      expect(shown.times).toBe(3);
      expect(await remote.whoAmI()).toEqual({ user: "ann", role: "head" });
      await close();
    });
  });

  test("ends the session when they are somebody else's: what runs there is not theirs", async () => {
    await new Simulation(12).run(async (simulation) => {
      const { client, remote, shown, states, close } = await open(simulation, { user: "ann" });
      shown.now = { user: "bob" };
      await expect(client.refreshCredentials()).rejects.toMatchObject({
        code: "unauthenticated",
        message: "the new credentials name somebody else",
      });
      await simulation.sleep(5_000);
      expect(states).toEqual(["reset: the new credentials name somebody else", "online"]);
      expect(await remote.whoAmI()).toEqual({ user: "bob" });
      await close();
    });
  });

  test("ends the session when they are refused", async () => {
    await new Simulation(13).run(async (simulation) => {
      const { client, shown, states, close } = await open(
        simulation,
        { user: "ann" },
        {
          serving: { authenticate: (credentials) => (credentials as Shown).user !== "nobody" && credentials },
        },
      );
      shown.now = { user: "nobody" };
      await expect(client.refreshCredentials()).rejects.toMatchObject({ code: "unauthenticated" });
      expect(states).toEqual(["reset: the server did not accept the credentials"]);
      await close();
    });
  });

  test("is answered though authenticate never is", async () => {
    await new Simulation(14).run(async (simulation) => {
      let hangs = false;
      const { client, states, close } = await open(
        simulation,
        { user: "ann" },
        {
          serving: {
            limits: { handshakeTimeoutMs: 1_000 },
            authenticate: (credentials) => (hangs ? new Promise(() => {}) : credentials),
          },
        },
      );
      hangs = true;
      await expect(client.refreshCredentials()).rejects.toMatchObject({
        code: "unavailable",
        message: "no decision about the credentials within 1000 ms",
      });
      hangs = false;
      await client.refreshCredentials();
      expect(states).toEqual([]);
      await close();
    });
  });

  test("settles in time though the link is down, and the next one waits for its answer", async () => {
    await new Simulation(15).run(async (simulation) => {
      const { client, remote, shown, close } = await open(
        simulation,
        { user: "ann" },
        { connecting: { timeoutMs: 1_000 } },
      );
      simulation.network.part("sim:desk");
      shown.now = { user: "ann", role: "head" };
      await expect(client.refreshCredentials()).rejects.toMatchObject({ code: "deadline_exceeded" });
      simulation.network.join("sim:desk");
      shown.now = { user: "ann", role: "chief" };
      await simulation.sleep(900);
      await client.refreshCredentials();
      expect(await remote.whoAmI()).toEqual({ user: "ann", role: "chief" });
      await close();
    });
  });

  test("says what is missing", async () => {
    await new Simulation(16).run(async (simulation) => {
      const server = await simulation.serve([new Desk()], { listen: "sim:desk" });
      const client = await simulation.connect("sim:desk");
      await expect(client.refreshCredentials()).rejects.toThrow(
        new TypeError("refreshCredentials has nothing to show: pass credentials to connect"),
      );
      await server.close();
      await client.close();
    });
  });
});
