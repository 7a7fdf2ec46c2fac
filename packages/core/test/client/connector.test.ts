import { describe, expect, it } from "vitest";
import type { ClientOptions } from "../../src/client/client-options.js";
import { connect } from "../../src/client/connect.js";
import type { Remote } from "../../src/client/proxy.js";
import { RpcError } from "../../src/errors.js";
import type { ServeOptions } from "../../src/server/serve-options.js";
import { serve } from "../../src/server/server.js";
import { createFaultyLink } from "../../src/testing/faulty-link.js";
import { Person } from "../../src/testing/person.js";
import { ScriptedPeer, welcomeOf } from "../../src/testing/scripted-peer.js";
import { SeededRandom } from "../../src/testing/seeded-random.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { memory } from "../../src/transports/memory.js";
import { RecordingLogger } from "../recording-logger.js";

const url = "memory:person";

/** A world of its own: one clock, one link, and what serves and connects on them. */
function world() {
  const clock = new VirtualClock();
  const transport = memory();
  const link = createFaultyLink(transport);
  const logger = new RecordingLogger();
  const person = new Person();
  const states: string[] = [];
  return {
    clock,
    transport,
    link,
    logger,
    person,
    states,
    /** Lets time pass until `promise` settles. */
    async until<Value>(promise: Promise<Value>): Promise<Value> {
      let settled = false;
      promise.finally(() => (settled = true)).catch(() => {});
      for (await clock.settle(); !settled; ) await clock.advance(5);
      return promise;
    },
    serve: (options: Partial<ServeOptions> = {}) =>
      serve([person], {
        transports: [transport],
        listen: url,
        clock,
        random: new SeededRandom(1),
        ...options,
      }),
    async connect(options: Partial<ClientOptions> = {}) {
      const random = new SeededRandom(2);
      const connecting = connect(url, { transports: [link.transport], clock, random, logger, ...options });
      connecting.catch(() => {});
      await clock.advance(0);
      const client = await connecting;
      client.onState((state) => states.push(state));
      return { client, remote: client.service<Remote<Person>>("Person") };
    },
  };
}

/** What a promise came to, once it has. */
function watch<Value>(promise: Promise<Value>): { value?: Value; error?: RpcError } {
  const seen: { value?: Value; error?: RpcError } = {};
  promise.then(
    (value) => {
      seen.value = value;
    },
    (error: RpcError) => {
      seen.error = error;
    },
  );
  return seen;
}

describe("connecting", () => {
  it("tries again until a server is there", async () => {
    const { clock, transport, serve, until } = world();
    const seen = watch(connect(url, { transports: [transport], clock, random: new SeededRandom(3) }));
    await clock.advance(2000);
    expect(seen).toEqual({});
    const server = await serve();
    await clock.advance(2000);
    expect(seen.value?.state).toBe("online");
    await until(seen.value!.close());
    await until(server.close());
  });

  it("gives up after connectTimeoutMs with the last reason, and leaves nothing behind", async () => {
    const { clock, transport } = world();
    const seen = watch(connect(url, { transports: [transport], clock, connectTimeoutMs: 700 }));
    await clock.advance(699);
    expect(seen).toEqual({});
    await clock.advance(1);
    expect(seen.error).toMatchObject({
      code: "unavailable",
      outcome: "not-executed",
      message: "nobody listens at memory:person; give the same memory() to serve and to connect",
    });
    expect(clock.timers).toBe(0);
  });

  it("gives up on a server that is silent, and closes the connection", async () => {
    const { clock, transport, link } = world();
    const stop = await ScriptedPeer.listen(transport, url, () => {});
    const seen = watch(connect(url, { transports: [link.transport], clock, connectTimeoutMs: 700 }));
    await clock.advance(700);
    expect(seen.error).toMatchObject({
      code: "unavailable",
      message: "memory:person: no answer within 700 ms",
    });
    await clock.advance(1);
    expect([link.open, clock.timers]).toEqual([0, 0]);
    await stop();
  });

  it.each(["unauthenticated", "permission_denied", "invalid_argument", "failed_precondition"] as const)(
    "gives up at once when refused with %s",
    async (code) => {
      const { clock, transport } = world();
      let hellos = 0;
      const stop = await ScriptedPeer.listen(transport, url, (peer) => {
        hellos += 1;
        void peer
          .next("hello")
          .then(() => peer.say({ type: "close", code, message: "no", outcome: "not-executed" }));
      });
      const seen = watch(connect(url, { transports: [transport], clock }));
      await clock.advance(0);
      expect(seen.error).toMatchObject({ code, message: "no" });
      await clock.advance(10_000);
      expect(hellos).toBe(1);
      expect(clock.timers).toBe(0);
      await stop();
    },
  );

  it("tries several URLs in turn", async () => {
    const { clock, transport, serve, until } = world();
    const server = await serve();
    const seen = watch(
      connect(["memory:nobody", url], { transports: [transport], clock, random: new SeededRandom(1) }),
    );
    await clock.advance(100);
    expect(seen.value?.state).toBe("online");
    await until(seen.value!.close());
    await until(server.close());
  });

  it("says what is wrong with the URL or the options", async () => {
    const transports = [memory()];
    await expect(connect(undefined, { transports })).rejects.toMatchObject({
      code: "invalid_argument",
      message: "no URL was given; expected one such as tcp://127.0.0.1:7000",
    });
    await expect(connect([], { transports })).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(connect("person", { transports })).rejects.toMatchObject({
      message: expect.stringContaining('"person" is no URL'),
    });
    await expect(connect("tcp://127.0.0.1:70000", { transports })).rejects.toMatchObject({
      message: 'no port 70000 exists, in "tcp://127.0.0.1:70000"; expected one from 0 to 65535',
    });
    await expect(connect("tcp://127.0.0.1:1", { transports })).rejects.toMatchObject({
      message: "no transport for tcp: in tcp://127.0.0.1:1; add tcp() from @rpc/transport-tcp to transports",
    });
    await expect(connect(url, { transports: [] })).rejects.toMatchObject({
      message: expect.stringContaining("no transports were given"),
    });
    const typo = { transports, timeout: 5 } as ClientOptions;
    await expect(connect(url, typo)).rejects.toThrow(
      /^connect: unknown option timeout; known are transports, /,
    );
    await expect(connect(url, { transports, timeoutMs: 0 })).rejects.toThrow(
      "timeoutMs must be a number of milliseconds above 0, or Infinity; got 0",
    );
  });

  it("asks for credentials anew at every hello", async () => {
    const seen: unknown[] = [];
    const { clock, serve, connect, link, until } = world();
    const server = await serve({ authenticate: (credentials) => seen.push(credentials) });
    let asked = 0;
    const { client } = await connect({ credentials: async () => `token ${++asked}` });
    link.cut();
    await clock.advance(1000);
    expect(seen).toEqual(["token 1", "token 2"]);
    await until(client.close());
    await until(server.close());
  });

  it("does not wait for credentials that never come", async () => {
    const { clock, serve, link, logger, until } = world();
    const server = await serve();
    let asked = 0;
    const credentials = () => (++asked === 2 ? new Promise(() => {}) : asked);
    const options = {
      transports: [link.transport],
      clock,
      logger,
      credentials,
      connectTimeoutMs: 500,
      random: new SeededRandom(1),
    };
    const seen = watch(connect(url, options));
    await clock.advance(0);
    link.cut();
    await clock.advance(2000);
    expect(asked).toBe(3);
    expect(seen.value?.state).toBe("online");
    expect(server.stats().connections).toBe(1);
    await until(seen.value!.close());
    await until(server.close());
  });

  it("fails with the reason when credentials cannot be had or cannot travel", async () => {
    const { clock, transport, serve, until } = world();
    const server = await serve();
    const refusing = watch(
      connect(url, {
        transports: [transport],
        clock,
        credentials: () => {
          throw new RpcError("permission_denied", "no token");
        },
      }),
    );
    const travelling = watch(connect(url, { transports: [transport], clock, credentials: () => () => {} }));
    await clock.advance(0);
    expect(refusing.error).toMatchObject({
      code: "permission_denied",
      message: "credentials() failed: no token",
    });
    expect(travelling.error).toMatchObject({ code: "invalid_argument" });
    await until(server.close());
    expect(clock.timers).toBe(0);
  });

  it("can be closed while it connects, at once and without a trace", async () => {
    const { clock, transport, link, serve, connect, until } = world();
    const server = await serve();
    const { client } = await connect();
    await until(server.close());
    const stop = await ScriptedPeer.listen(transport, url, () => {});
    await clock.advance(1000);
    expect(link.open).toBe(1);
    await until(client.close());
    await clock.advance(0);
    expect([link.open, clock.timers, client.state]).toEqual([0, 0, "closed"]);
    await stop();
  });
});

describe("a broken connection", () => {
  it("is resumed: calls continue and run once", async () => {
    const { clock, serve, connect, link, person, states, until } = world();
    const server = await serve();
    const { client, remote } = await connect();
    const waiting = watch(remote.wait(undefined as never));
    await clock.settle();
    expect(person.waiting).toBe(1);
    link.cut();
    await clock.settle();
    expect(client.state).toBe("resuming");
    const queued = watch(remote.getName());
    await clock.advance(1000);
    expect(states).toEqual(["resuming", "online"]);
    expect(person.waiting).toBe(1);
    expect(queued.value).toBe("小红");
    person.release();
    await clock.advance(0);
    expect(waiting.value).toBe("released");
    expect(server.stats().sessions).toHaveLength(1);
    await until(client.close());
    await until(server.close());
  });

  it("is given up after the retention: sent calls are unknown, subscriptions and the program are told", async () => {
    const { clock, serve, connect, link, states, until } = world();
    const server = await serve();
    const { client, remote } = await connect({
      limits: { sessionRetentionMs: 2000 },
      timeoutMs: Number.POSITIVE_INFINITY,
    });
    const waiting = watch(remote.wait(undefined as never));
    await clock.settle();
    link.refuse();
    link.cut();
    const queued = watch(remote.getName());
    await clock.advance(2100);
    expect(waiting.error).toMatchObject({
      code: "unavailable",
      outcome: "unknown",
      message: expect.stringMatching(/^Person\.wait: memory:person: no connection for 2000 ms: /),
    });
    expect(states).toEqual(["resuming", "reset"]);
    expect(queued).toEqual({});
    link.allow();
    await clock.advance(6000);
    expect(states).toEqual(["resuming", "reset", "online"]);
    expect(queued.value).toBe("小红");
    await until(client.close());
    await until(server.close());
  });

  it("is a reset when the server was started anew", async () => {
    const { clock, serve, connect, link, states, until } = world();
    const first = await serve();
    const { client, remote } = await connect();
    const waiting = watch(remote.wait(undefined as never));
    await clock.settle();
    link.refuse();
    link.cut();
    const closing = first.close({ graceMs: 0 });
    await clock.advance(0);
    await closing;
    const second = await serve({ random: new SeededRandom(77) });
    link.allow();
    await clock.advance(5000);
    expect(states).toEqual(["resuming", "reset", "online"]);
    expect(waiting.error).toMatchObject({ code: "unavailable", outcome: "unknown" });
    expect(waiting.error?.message).toContain("the server no longer has the session");
    expect(second.epoch).not.toBe(first.epoch);
    await until(client.close());
    await until(second.close());
  });

  it("backs off between attempts, up to five seconds", async () => {
    const { clock, serve, connect, link, until } = world();
    const server = await serve();
    let attempts = 0;
    const counting = {
      ...link.transport,
      connect: (...args: Parameters<typeof link.transport.connect>) => {
        attempts += 1;
        return link.transport.connect(...args);
      },
    };
    const { client } = await connect({ transports: [counting], limits: { sessionRetentionMs: 600_000 } });
    link.refuse();
    link.cut();
    await clock.advance(60_000);
    expect(attempts).toBeGreaterThan(10);
    expect(attempts).toBeLessThan(60);
    await until(client.close());
    await until(server.close());
    expect(clock.timers).toBe(0);
  });

  it("does not settle anything twice when the client is closed while it resumes", async () => {
    const { clock, serve, connect, link, until } = world();
    const server = await serve();
    const { client, remote } = await connect();
    const waiting = watch(remote.wait(undefined as never));
    await clock.settle();
    link.refuse();
    link.cut();
    const queued = watch(remote.getName());
    await clock.settle();
    await until(client.close());
    await clock.settle();
    expect(waiting.error).toMatchObject({ code: "cancelled", outcome: "unknown" });
    expect(queued.error).toMatchObject({
      code: "cancelled",
      outcome: "not-executed",
      message: "Person.getName: the client was closed",
    });
    await until(server.close({ graceMs: 0 }));
  });
});

describe("a server that breaks the protocol", () => {
  it("costs the session; the client says so and starts another", async () => {
    const { clock, transport, connect, logger, states, until } = world();
    const peers: ScriptedPeer[] = [];
    const stop = await ScriptedPeer.listen(transport, url, (peer) => {
      peers.push(peer);
      void peer.next("hello").then(() => peer.say(welcomeOf()));
    });
    const { client, remote } = await connect();
    const calling = watch(remote.getName());
    await clock.settle();
    peers[0]?.send({ type: "reply", id: 12345, value: 1 });
    await clock.advance(1000);
    expect(calling.error).toMatchObject({ code: "unavailable", outcome: "unknown" });
    expect(calling.error?.message).toContain("protocol error: an answer to call 12345, which is not pending");
    expect(states).toEqual(["reset", "online"]);
    expect(logger.lines[0]).toContain("its peer broke the protocol");
    expect(peers).toHaveLength(2);
    await until(client.close());
    await stop();
  });

  it.each([
    ["a call", { type: "call", id: 1, target: { service: "a", method: "b" }, timeLeftMs: 1, args: [] }],
    [
      "a subscribe",
      { type: "subscribe", id: 1, service: "a", event: "b", prefix: "", creditItems: 1, creditBytes: 1 },
    ],
    ["a use", { type: "use", ref: 0, service: "a", hash: "b" }],
  ] as const)("by %s, which only clients send", async (_, frame) => {
    const { clock, transport, connect, states, until } = world();
    const stop = await ScriptedPeer.listen(transport, url, (peer) => {
      void peer.next("hello").then(() => {
        peer.say(welcomeOf());
        if (states.length === 0) void clock.timer(10, () => peer.send(frame));
      });
    });
    const { client } = await connect();
    await clock.advance(1000);
    expect(states[0]).toBe("reset");
    await until(client.close());
    await stop();
  });

  it("each time it welcomes is asked again more and more slowly", async () => {
    const { clock, transport, connect, until } = world();
    let hellos = 0;
    const stop = await ScriptedPeer.listen(transport, url, (peer) => {
      void peer.next("hello").then(() => {
        hellos += 1;
        peer.say(welcomeOf());
        peer.send({ type: "reply", id: 12345, value: 1 });
      });
    });
    const { client } = await connect();
    await clock.advance(60_000);
    expect(hellos).toBeGreaterThan(10);
    expect(hellos).toBeLessThan(60);
    await until(client.close());
    await stop();
  });
});

describe("a server of another kind", () => {
  it("is named with its URL, and the caller is asked whether it is the right one", async () => {
    const { clock, transport, until } = world();
    const stop = await ScriptedPeer.listen(transport, url, (peer) => {
      void peer.next("hello").then(() => peer.say({ type: "ping", answer: true }));
    });
    const connecting = connect(url, { transports: [transport], clock, random: new SeededRandom(2) });
    await expect(until(connecting)).rejects.toMatchObject({
      code: "invalid_argument",
      outcome: "not-executed",
      message: `${url}: protocol error: ping before the handshake; does a server of @rpc listen there, and by that scheme?`,
    });
    await stop();
  });
});

describe("what waits while there is no link", () => {
  it("is told at its deadline for how long, and what stood against it last", async () => {
    const { clock, serve, connect, link, until } = world();
    const server = await serve({ authenticate: (shown) => shown === "good" && "desk" });
    let shown = "good";
    const { client, remote } = await connect({ credentials: () => shown, timeoutMs: 4_000 });
    shown = "revoked";
    link.cut();
    await clock.settle();
    const call = watch(remote.getName());
    const subscription = watch(remote.renamed.subscribe(""));
    await clock.advance(4_000);
    const why = /; the link has been down for 4 s: the server did not accept the credentials$/;
    expect(call.error).toMatchObject({ code: "deadline_exceeded", outcome: "not-executed" });
    expect(call.error?.message).toMatch(why);
    expect(call.error?.message).toMatch(/^Person\.getName: no answer before its deadline; /);
    expect(subscription.error?.message).toMatch(why);
    shown = "good";
    await clock.advance(6_000);
    expect(client.state).toBe("online");
    const late = watch(remote.wait(undefined as never));
    await clock.advance(4_000);
    expect(late.error?.message).toBe("Person.wait: no answer before its deadline");
    await until(client.close());
    await until(server.close({ graceMs: 0 }));
  });
});

describe("a listener of states", () => {
  it("that throws is logged and disturbs nothing", async () => {
    const { clock, serve, connect, link, logger, until } = world();
    const server = await serve();
    const { client, remote } = await connect();
    client.onState(() => {
      throw new Error("broken listener");
    });
    link.cut();
    const queued = watch(remote.getName());
    await clock.advance(1000);
    expect(queued.value).toBe("小红");
    expect(logger.lines.filter((line) => line.includes("broken listener"))).not.toEqual([]);
    const waiting = watch(remote.wait(undefined as never));
    await clock.settle();
    await until(client.close());
    await clock.settle();
    expect(waiting.error).toMatchObject({ code: "cancelled" });
    await until(server.close({ graceMs: 0 }));
  });

  it("hears that the client is online when what waited is on its way in the new session", async () => {
    const { clock, serve, connect, link, until } = world();
    const server = await serve();
    const { client, remote } = await connect({ limits: { sessionRetentionMs: 2000 } });
    link.refuse();
    link.cut();
    const queued = watch(remote.getName());
    await clock.advance(2100);
    let own: ReturnType<typeof watch> = {};
    const heard: unknown[] = [];
    client.onState((state) => {
      const { pendingCalls, queuedCalls } = client.stats();
      heard.push({ state, pendingCalls, queuedCalls });
      if (state === "online") own = watch(remote.getName());
    });
    link.allow();
    await clock.advance(6000);
    expect(heard).toEqual([{ state: "online", pendingCalls: 1, queuedCalls: 0 }]);
    expect([queued.value, own.value]).toEqual(["小红", "小红"]);
    await until(client.close());
    await until(server.close());
  });

  it("hears nothing after it stopped", async () => {
    const { serve, connect, until } = world();
    const server = await serve();
    const { client } = await connect();
    const heard: string[] = [];
    client.onState((state) => heard.push(state))();
    await until(client.close());
    expect(heard).toEqual([]);
    await until(server.close());
  });
});
