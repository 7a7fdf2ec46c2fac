import { describe, expect, it } from "vitest";
import { connect } from "../../src/client/connect.js";
import type { Remote } from "../../src/client/proxy.js";
import { RpcError } from "../../src/errors.js";
import type { ServeOptions } from "../../src/server/serve-options.js";
import { serve } from "../../src/server/server.js";
import { until as eventually } from "../../src/testing/check.js";
import { Person } from "../../src/testing/person.js";
import { helloOf, ScriptedPeer } from "../../src/testing/scripted-peer.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import type { Transport } from "../../src/transport.js";
import { memory } from "../../src/transports/memory.js";
import { RecordingLogger } from "../recording-logger.js";

const listen = "memory:person";

function open(exposure: "open" | "authenticated" | "local"): Transport {
  return { ...memory(), exposure: () => exposure };
}

/** Lets time pass until `promise` settles. */
async function until<Value>(clock: VirtualClock, promise: Promise<Value>): Promise<Value> {
  let settled = false;
  promise.finally(() => (settled = true)).catch(() => {});
  for (await clock.settle(); !settled; ) await clock.advance(5);
  return promise;
}

describe("serve", () => {
  it("listens at several URLs as one server", async () => {
    const transports = [memory()];
    const server = await serve([new Person()], { transports, listen: ["memory:a", new URL("memory:b")] });
    expect(server.urls).toEqual(["memory:a", "memory:b"]);
    const clients = await Promise.all(["memory:a", "memory:b"].map((url) => connect(url, { transports })));
    await clients[0]!.service<Remote<Person>>("Person").changeName("Alex");
    expect(await clients[1]!.service<Remote<Person>>("Person").getName()).toBe("Alex");
    expect(server.stats().sessions).toHaveLength(2);
    await Promise.all(clients.map((client) => client.close()));
    await server.close();
  });

  it("closes what it opened when one of its URLs is taken", async () => {
    const transports = [memory()];
    const first = await serve([new Person()], { transports, listen: "memory:b" });
    await expect(
      serve([new Person()], { transports, listen: ["memory:a", "memory:b"] }),
    ).rejects.toMatchObject({
      code: "unavailable",
      message: "memory:b is in use; choose another name",
    });
    const second = await serve([new Person()], { transports, listen: "memory:a" });
    await Promise.all([first.close(), second.close()]);
  });

  it("refuses to be open to anyone unless something says who may", async () => {
    const person = new Person();
    const openly = { transports: [open("open")], listen };
    await expect(serve([person], openly)).rejects.toMatchObject({
      code: "failed_precondition",
      message: expect.stringMatching(
        /^memory:person is open to anyone who can reach it; pass authenticate, .* or write insecure: true$/,
      ),
    });
    for (const options of [
      { ...openly, insecure: true },
      { ...openly, authenticate: () => "Alex" },
      { ...openly, transports: [open("authenticated")] },
      { ...openly, transports: [open("local")] },
    ]) {
      await (await serve([person], options)).close();
    }
    await expect(serve([person], { ...openly, insecure: "yes" as unknown as boolean })).rejects.toMatchObject(
      { code: "failed_precondition" },
    );
  });

  it("refuses what makes no sense, with the remedy", async () => {
    const transports = [memory()];
    await expect(serve([new Person()], { transports, listen: undefined })).rejects.toMatchObject({
      message: expect.stringContaining("no URL was given"),
    });
    await expect(serve([new Person()], { transports, listen: [] })).rejects.toMatchObject({
      message: expect.stringContaining("no URL was given"),
    });
    const typo = { transports, listen, port: 1 } as ServeOptions;
    await expect(serve([new Person()], typo)).rejects.toThrow(
      /^serve: unknown option port; known are transports, listen, /,
    );
    await expect(
      serve([new Person()], { transports, listen, limits: { maxDepht: 1 } as object }),
    ).rejects.toThrow(/^unknown limit maxDepht; known are /);
    await expect(serve([new Person()], { transports, listen, limits: { maxDepth: 0 } })).rejects.toThrow(
      "limit maxDepth must be a whole number of at least 1, got 0",
    );
  });

  it("shows who is there in stats", async () => {
    const transports = [memory()];
    const server = await serve([new Person()], { transports, listen, authenticate: (name) => name });
    const client = await connect(listen, { transports, credentials: () => "Alex" });
    const person = client.service<Remote<Person>>("Person");
    const subscription = await person.renamed.subscribe("");
    expect(server.stats()).toMatchObject({
      connections: 1,
      runningCalls: 0,
      sessions: [
        {
          peer: { scheme: "memory" },
          identity: "Alex",
          runningCalls: 0,
          subscriptions: 1,
          queuedEvents: 0,
          droppedEvents: 0,
        },
      ],
    });
    await subscription.unsubscribe();
    await client.close();
    await server.close();
    await eventually("the connection ends", () => server.stats().connections === 0);
    expect(server.stats()).toEqual({ connections: 0, runningCalls: 0, calls: 0, refused: {}, sessions: [] });
  });
});

describe("closing a server", () => {
  async function running(options: Partial<ServeOptions> = {}) {
    const clock = new VirtualClock();
    const transports = [memory()];
    const person = new Person();
    const server = await serve([person], { transports, listen, clock, ...options });
    const client = await connect(listen, { transports, clock });
    const remote = client.service<Remote<Person>>("Person");
    const outcome: { value?: unknown; error?: unknown } = {};
    remote.wait(undefined as never).then(
      (value) => {
        outcome.value = value;
      },
      (error: unknown) => {
        outcome.error = error;
      },
    );
    await clock.settle();
    expect(person.waiting).toBe(1);
    return { clock, transports, person, server, client, remote, outcome };
  }

  it("lets running calls finish within the grace", async () => {
    const { clock, person, server, client, outcome } = await running();
    const closing = server.close({ graceMs: 1000 });
    await clock.advance(500);
    person.release();
    await until(clock, closing);
    expect(outcome).toEqual({ value: "released" });
    expect(clock.now()).toBeLessThan(700);
    await client.close();
    expect(clock.timers).toBe(0);
  });

  it("aborts what still runs after it; the caller does not know the outcome", async () => {
    const { clock, person, server, client, outcome } = await running();
    await until(clock, server.close({ graceMs: 1000 }));
    await clock.settle();
    expect(clock.now()).toBeGreaterThanOrEqual(1000);
    expect(person.aborted).toEqual(["the server was closed"]);
    expect(outcome.error).toMatchObject({ code: "unavailable", outcome: "unknown" });
    await client.close();
    expect(clock.timers).toBe(0);
  });

  it("may be asked twice, and resolves for both when it is done", async () => {
    const { clock, person, server, client } = await running();
    const [one, two] = [server.close({ graceMs: 10_000 }), server.close({ graceMs: 0 })];
    expect(two).toBe(one);
    person.release();
    await until(clock, one);
    await client.close();
  });

  it("refuses new sessions meanwhile, and calls with the time after which to try elsewhere", async () => {
    const { clock, transports, person, server, client } = await running();
    const other = await ScriptedPeer.greet(transports[0]!, listen);
    const closing = server.close({ graceMs: 700 });
    other.send({
      type: "call",
      id: 1,
      target: { service: "Person", method: "getName" },
      timeLeftMs: 1000,
      args: [],
    });
    await clock.advance(10);
    expect(await other.next("goaway")).toMatchObject({ graceMs: 700 });
    expect(await other.next("error")).toMatchObject({
      code: "unavailable",
      outcome: "not-executed",
      retryAfterMs: 700,
    });
    await expect(ScriptedPeer.connect(transports[0]!, listen)).rejects.toMatchObject({ code: "unavailable" });
    person.release();
    await other.close();
    await until(clock, closing);
    await client.close();
  });

  it("tells a client to wait with its calls: they go to the next server", async () => {
    const { clock, transports, person, server, client, remote } = await running();
    const closing = server.close({ graceMs: 1000 });
    await clock.settle();
    const name = remote.getName();
    await clock.settle();
    expect(client.stats().queuedCalls).toBe(1);
    person.release();
    await until(clock, closing);
    const next = await serve([new Person()], { transports, listen, clock });
    expect(await until(clock, name)).toBe("小红");
    await client.close();
    await until(clock, next.close());
  });

  it.each([Number.POSITIVE_INFINITY, 0.5])(
    "takes a grace of %s without costing a client its session before the end",
    async (graceMs) => {
      const { clock, person, server, client, remote, outcome } = await running();
      const states: string[] = [];
      client.onState((state, reason) => states.push(`${state} ${reason?.message}`));
      const closing = server.close({ graceMs });
      void remote.getName().catch(() => {});
      person.release();
      await until(clock, closing);
      await clock.settle();
      expect(outcome).toEqual({ value: "released" });
      expect(states[0]).not.toContain("protocol error");
      await client.close();
    },
  );

  it.each([-1, Number.NaN, "5" as unknown as number])("refuses a grace of %s", async (graceMs) => {
    const server = await serve([new Person()], { transports: [memory()], listen });
    expect(() => server.close({ graceMs })).toThrow(
      new TypeError(`graceMs must be a number of milliseconds of at least 0, or Infinity; got ${graceMs}`),
    );
    await server.close();
  });

  it("ends connections that have not said hello", async () => {
    const clock = new VirtualClock();
    const transports = [memory()];
    const server = await serve([new Person()], { transports, listen, clock });
    const silent = await ScriptedPeer.connect(transports[0]!, listen);
    expect(server.stats().connections).toBe(1);
    await until(clock, server.close());
    await silent.closed;
    expect([server.stats().connections, clock.timers]).toEqual([0, 0]);
  });

  it("works with await using", async () => {
    const transports = [memory()];
    {
      await using server = await serve([new Person()], { transports, listen });
      expect(server.urls).toHaveLength(1);
    }
    await (await serve([new Person()], { transports, listen })).close();
  });
});

describe("who may have a session", () => {
  async function serving(options: Partial<ServeOptions> = {}) {
    const transport = memory();
    const logger = new RecordingLogger();
    const server = await serve([new Person()], { transports: [transport], listen, logger, ...options });
    return { transport, server, logger };
  }

  it("is told nothing but that it was refused", async () => {
    const { transport, server, logger } = await serving({
      authenticate: () => {
        throw new RpcError("permission_denied", "Alex is not in the directory");
      },
    });
    const peer = await ScriptedPeer.connect(transport, listen);
    peer.say(helloOf({ credentials: "Alex" }));
    expect(await peer.next("close")).toMatchObject({
      code: "unauthenticated",
      message: "the server did not accept the credentials",
    });
    await peer.closed;
    expect(logger.lines[0]).toContain("Alex is not in the directory");
    await eventually("the connection ends", () => server.stats().connections === 0);
    expect(server.stats().sessions).toEqual([]);
    await server.close();
  });

  it("needs the token of a session to resume it", async () => {
    const { transport, server } = await serving();
    const hello = helloOf();
    const owner = await ScriptedPeer.connect(transport, listen);
    owner.say(hello);
    const { token } = await owner.next("welcome");
    for (const guess of [undefined, new Uint8Array(16)]) {
      const thief = await ScriptedPeer.connect(transport, listen);
      thief.say({ ...hello, token: guess });
      expect(await thief.next("close")).toMatchObject({
        code: "unauthenticated",
        message: "the session belongs to somebody else",
      });
    }
    const again = await ScriptedPeer.connect(transport, listen);
    again.say({ ...hello, token });
    expect(await again.next("welcome")).toMatchObject({ resumed: true });
    await owner.closed;
    await eventually("the older connection ends", () => server.stats().connections === 1);
    expect(server.stats().sessions).toHaveLength(1);
    await again.close();
    await server.close({ graceMs: 0 });
  });

  it("has it alone when two ask for one id at the same time", async () => {
    const decisions: (() => void)[] = [];
    const { transport, server } = await serving({
      authenticate: () => new Promise((resolve) => decisions.push(() => resolve("Alex"))),
    });
    const hello = helloOf();
    const peers = [
      await ScriptedPeer.connect(transport, listen),
      await ScriptedPeer.connect(transport, listen),
    ];
    for (const peer of peers) peer.say(hello);
    await eventually("both are decided on", () => decisions.length === 2);
    for (const decide of decisions) decide();
    expect(await peers[0]!.next("welcome")).toMatchObject({ resumed: false });
    expect(await peers[1]!.next("close")).toMatchObject({ code: "unauthenticated" });
    expect(server.stats().sessions).toHaveLength(1);
    await peers[0]!.close();
    await server.close({ graceMs: 0 });
  });

  it("gets a new one when it claims to have what was never sent", async () => {
    const { transport, server } = await serving();
    const hello = helloOf();
    const first = await ScriptedPeer.connect(transport, listen);
    first.say(hello);
    const { token } = await first.next("welcome");
    const again = await ScriptedPeer.connect(transport, listen);
    again.say({ ...hello, token, received: 1000 });
    const welcome = await again.next("welcome");
    expect(welcome.resumed).toBe(false);
    expect(welcome.token).not.toEqual(token);
    await first.closed;
    await eventually("the older session ends", () => server.stats().sessions.length === 1);
    await again.close();
    await server.close({ graceMs: 0 });
  });

  it("is refused above maxSessions and maxConnections", async () => {
    const { transport, server } = await serving({ limits: { maxSessions: 1, maxConnections: 2 } });
    const first = await ScriptedPeer.greet(transport, listen);
    const second = await ScriptedPeer.connect(transport, listen);
    const third = await ScriptedPeer.connect(transport, listen);
    await third.closed;
    second.say(helloOf());
    expect(await second.next("close")).toMatchObject({
      code: "resource_exhausted",
      message: "1 sessions exist already (maxSessions)",
    });
    await first.close();
    await server.close({ graceMs: 0 });
  });
});
