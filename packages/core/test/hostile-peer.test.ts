import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Client } from "../src/client/client.js";
import { connect } from "../src/client/connect.js";
import type { Remote } from "../src/client/proxy.js";
import { type Server, serve } from "../src/server/server.js";
import { until } from "../src/testing/check.js";
import { createFaultyLink } from "../src/testing/faulty-link.js";
import { Person } from "../src/testing/person.js";
import { callOf, helloOf, packetOf, ScriptedPeer } from "../src/testing/scripted-peer.js";
import { SeededRandom } from "../src/testing/seeded-random.js";
import type { Transport } from "../src/transport.js";
import { memory } from "../src/transports/memory.js";
import type { OutgoingFrame } from "../src/wire/encode-frame.js";
import { frameTypes } from "../src/wire/frame.js";
import { RecordingLogger } from "./recording-logger.js";

const url = "memory:hostile";
const subscribe = {
  type: "subscribe",
  id: 1,
  service: "Person",
  event: "renamed",
  prefix: "",
  creditItems: 10,
  creditBytes: 1000,
} as const;

let transport: Transport;
let server: Server;
let bystander: Client;
let logger: RecordingLogger;
let person: Person;
const unhandled: unknown[] = [];
const remember = (reason: unknown) => unhandled.push(reason);

beforeEach(async () => {
  process.on("unhandledRejection", remember);
  process.on("uncaughtException", remember);
  transport = memory();
  logger = new RecordingLogger();
  person = new Person();
  server = await serve([person], { transports: [transport], listen: url, logger });
  bystander = await connect(url, { transports: [transport] });
});

// Whatever the peer did, the others never noticed.
afterEach(async () => {
  const remote = bystander.service<Remote<Person>>("Person");
  expect(await remote.echo("still here")).toBe("still here");
  expect(bystander.state).toBe("online");
  await bystander.close();
  await server.close({ graceMs: 0 });
  await until("the server's connections end", () => server.stats().connections === 0);
  expect(server.stats()).toMatchObject({ connections: 0, runningCalls: 0, sessions: [] });
  process.off("unhandledRejection", remember);
  process.off("uncaughtException", remember);
  expect(unhandled).toEqual([]);
  expect(logger.lines.filter((line) => line.includes("internal error"))).toEqual([]);
});

/** Lets what was sent arrive. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function expectEnd(peer: ScriptedPeer, why: string | RegExp): Promise<void> {
  const close = await peer.next("close");
  expect(close.code).toBe("invalid_argument");
  expect(close.message).toMatch(why);
  await peer.closed;
  await until("its session ends", () => server.stats().sessions.length === 1);
}

describe("a hostile peer without a session", () => {
  it.each([
    ["an empty packet", new Uint8Array(0), "packet of 0 bytes has no header"],
    ["zeros", new Uint8Array(100), "unexpected frame 0x00"],
    [
      "a numbered packet",
      packetOf({ numbered: true, number: 1, acknowledged: 0, sentAt: 0 }, [callOf(1, "Person.getName")]),
      "a numbered packet before the handshake",
    ],
    [
      "a call",
      packetOf({ numbered: false, number: 0, acknowledged: 0, sentAt: 0 }, [callOf(1, "Person.getName")]),
      "call before the handshake",
    ],
    [
      "another protocol",
      new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
      "packet of unknown kind 71",
    ],
  ])("is refused for %s, and told why", async (_, bytes, why) => {
    const peer = await ScriptedPeer.connect(transport, url);
    peer.raw(bytes);
    await expectEnd(peer, `protocol error: ${why}`);
  });

  it("is refused for a packet larger than a hello", async () => {
    const peer = await ScriptedPeer.connect(transport, url);
    peer.raw(new Uint8Array(17_000));
    await peer.closed;
  });

  it.each([
    ["no session id", { sessionId: new Uint8Array(3) }, "hello.sessionId: expected 16 bytes, got an object"],
    [
      "limits that leave no room for an answer",
      { limits: { ...helloOf().limits, maxPacketBytes: 1 } },
      "hello.limits.maxPacketBytes: expected at least 1024, got 1",
    ],
    [
      "a limit that is no number",
      { limits: { ...helloOf().limits, maxDepth: "deep" as unknown as number } },
      "hello.limits.maxDepth: expected a count, got a string",
    ],
    [
      "a protocol that is no number",
      { protocol: -1 },
      "hello.protocol: expected an integer of 32 bits, got a number",
    ],
  ])("is refused for a hello with %s", async (_, changes, why) => {
    const peer = await ScriptedPeer.connect(transport, url);
    peer.say(helloOf(changes));
    await expectEnd(peer, `protocol error: ${why}`);
  });
});

describe("a hostile peer with a session", () => {
  it.each<[string, number[], string | RegExp]>([
    ["an unknown frame", [0x7f, 0, 0, 0, 0], "unexpected frame 0x7f"],
    ["a frame that no part of this version knows", [0x38, 0, 0, 0, 0], "unexpected frame 0x38"],
    [
      "a frame longer than its packet",
      [frameTypes.cancel, 0, 0, 0, 9, 1],
      "frame of 9 bytes in a packet with 1 left",
    ],
    [
      "a frame of 4 GiB",
      [frameTypes.cancel, 255, 255, 255, 255, 1],
      "frame of 4294967295 bytes in a packet with 1 left",
    ],
    [
      "a frame that ends inside a number",
      [frameTypes.cancel, 0, 0, 0, 2, 1, 2],
      "frame ends inside a number",
    ],
    [
      "trailing bytes in a frame",
      [frameTypes.cancel, 0, 0, 0, 5, 0, 0, 0, 1, 0],
      "1 bytes left over in a cancel frame",
    ],
    [
      "trailing bytes in a packet",
      [frameTypes.cancel, 0, 0, 0, 4, 0, 0, 0, 1, 9, 9],
      "2 bytes behind the last frame",
    ],
    ["unknown flags", [frameTypes.call, 0, 0, 0, 1, 0xf0], "call with unknown flags 240"],
    [
      "deep nesting",
      [frameTypes.reply, 0, 0, 1, 4, 0, 0, 0, 1, ...Array.from({ length: 256 }, () => 0x91)],
      "nests deeper than maxDepth 32",
    ],
    ["an array of 4 billion", [frameTypes.reply, 0, 0, 0, 9, 0, 0, 0, 1, 0xdd, 255, 255, 255, 255], /./],
    [
      "a key __proto__",
      [frameTypes.reply, 0, 0, 0, 16, 0, 0, 0, 1, 0x81, 0xa9, ...Buffer.from("__proto__"), 0x80],
      "key __proto__",
    ],
  ])("loses it by %s", async (_, body, why) => {
    const peer = await ScriptedPeer.greet(transport, url);
    peer.sendBody(...body);
    await expectEnd(peer, why);
  });

  it.each<[string, OutgoingFrame[], string]>([
    [
      "a reply for nobody",
      [{ type: "reply", id: 7, value: 1 }],
      "an answer to callback call 7, which is not pending",
    ],
    [
      "an error for nobody",
      [{ type: "error", id: 7, code: "internal", message: "", outcome: "unknown" }],
      "an answer to callback call 7, which is not pending",
    ],
    ["events", [{ type: "events", id: 7, kind: "live", rows: [] }], "unexpected frame 0x34 (events)"],
    ["a goaway", [{ type: "goaway", graceMs: 1 }], "unexpected frame 0x05 (goaway)"],
    ["a hello", [helloOf()], "hello on an open session"],
    [
      "a call id that is running",
      [callOf(1, "Person.wait"), callOf(1, "Person.getName")],
      "call id 1 is running already",
    ],
    ["a subscription id that is taken", [subscribe, subscribe], "subscription id 1 is taken"],
    [
      "a number that was not agreed on",
      [{ type: "call", id: 1, target: { ref: 3, member: 0 }, timeLeftMs: 1, args: [] }],
      "call of number 3.0, which was not agreed on",
    ],
    [
      "a use out of turn",
      [{ type: "use", ref: 1, service: "Person", hash: "" }],
      "use of the number 1 out of turn",
    ],
    [
      "metadata that is a Map",
      [{ ...callOf(1, "Person.getName"), metadata: new Map() as never }],
      "call: metadata is no map of strings",
    ],
    [
      "metadata that is no text",
      [{ ...callOf(1, "Person.getName"), metadata: { a: 1 } as never }],
      "call: metadata is no map of strings",
    ],
    [
      "arguments that are no array",
      [{ ...callOf(1, "Person.getName"), args: { length: 1 } as never }],
      "call: arguments are no array",
    ],
    [
      "credit that is no number",
      [{ ...subscribe, creditItems: -1 }],
      "subscribe.creditItems: expected an integer of 32 bits",
    ],
  ])("loses it by %s", async (_, frames, why) => {
    const peer = await ScriptedPeer.greet(transport, url);
    peer.send(...frames);
    await expectEnd(peer, why);
    expect(server.stats().runningCalls).toBe(0);
  });

  it("loses it by an acknowledgement of what was never sent", async () => {
    const peer = await ScriptedPeer.greet(transport, url);
    peer.received = 500;
    peer.say({ type: "ping", answer: false });
    await expectEnd(peer, "acknowledgement of 500, only 0 were sent");
  });

  it("cannot come back to the session it poisoned", async () => {
    const hello = helloOf();
    const peer = await ScriptedPeer.connect(transport, url);
    peer.say(hello);
    const { token } = await peer.next("welcome");
    peer.sendBody(0x7f, 0, 0, 0, 0);
    await peer.closed;
    const again = await ScriptedPeer.connect(transport, url);
    again.say({ ...hello, token });
    expect(await again.next("welcome")).toMatchObject({ resumed: false });
    await again.close();
    await again.closed;
  });

  it.each(["__proto__", "constructor", "then", "toString", "secret", "absent", "$with", "renamed"])(
    "cannot call %s, keeps its session, and learns nothing",
    async (name) => {
      const peer = await ScriptedPeer.greet(transport, url);
      peer.send(callOf(1, `Person.${name}`), callOf(2, `${name}.getName`));
      expect(await peer.next("error")).toMatchObject({
        id: 1,
        code: "unimplemented",
        message: `no method Person.${name}`,
        outcome: "not-executed",
      });
      expect(await peer.next("error")).toMatchObject({
        id: 2,
        code: "unimplemented",
        message: `no method ${name}.getName`,
      });
      peer.send(
        { type: "cancel", id: 99 },
        { type: "unsubscribe", id: 99 },
        { type: "subscriptionCredit", id: 99, items: 1, bytes: 1 },
      );
      peer.send(callOf(3, "Person.getName"));
      expect(await peer.next("reply")).toMatchObject({ id: 3, value: "小红" });
      await peer.close();
      await peer.closed;
    },
  );

  it("may ask for names of megabytes without costing more than an answer", async () => {
    const peer = await ScriptedPeer.greet(transport, url, {
      limits: { ...helloOf().limits, maxPacketBytes: 1024 },
    });
    peer.send(callOf(1, `Person.${"x".repeat(1_000_000)}`));
    expect(await peer.next("error")).toMatchObject({ id: 1, code: "unimplemented" });
    peer.send({ ...subscribe, event: "x".repeat(1_000_000) });
    expect(await peer.next("unsubscribed")).toMatchObject({ id: 1, code: "unimplemented" });
    await peer.close();
    await peer.closed;
  });

  it("that takes only small packets is told a gap for larger events", async () => {
    const peer = await ScriptedPeer.greet(transport, url, {
      limits: { ...helloOf().limits, maxPacketBytes: 1024 },
    });
    peer.send({ ...subscribe, creditBytes: 100_000 });
    await peer.next("subscribed");
    const topic = "t".repeat(256);
    person.renamed.publish(topic, { from: "", to: "x".repeat(2000) });
    expect(await peer.next("gap")).toMatchObject({ topic, from: 1, to: 1, reason: "transport" });
    await peer.close();
    await peer.closed;
  });

  it("that never acknowledges loses its session before it fills the memory", async () => {
    const peer = await ScriptedPeer.greet(transport, url);
    Object.defineProperty(peer, "received", { get: () => 0, set() {} });
    const large = "x".repeat(60_000);
    const room = () =>
      server.stats().sessions.find(({ sendBufferBytes }) => sendBufferBytes > 0)?.sendBufferBytes ?? 0;
    let most = 0;
    for (let id = 1; id <= 2000 && server.stats().sessions.length === 2; id++) {
      peer.send(callOf(id, "Person.echo", large), { ...subscribe, id, event: "absent" });
      await endOfTurn();
      most = Math.max(most, room());
    }
    expect(most).toBeLessThan(10 * 1024 * 1024);
    await peer.close();
    await peer.closed;
  });
});

describe("ten thousand mutated sessions", () => {
  /** Packets of a client that calls, subscribes, cancels and says goodbye. */
  async function record(): Promise<Uint8Array[]> {
    const recorded: Uint8Array[] = [];
    const link = createFaultyLink(transport);
    const recording: Transport = {
      ...link.transport,
      async connect(...args) {
        const connection = await link.transport.connect(...args);
        const send = connection.send.bind(connection);
        connection.send = (packet) => {
          recorded.push(packet.slice());
          return send(packet);
        };
        return connection;
      },
    };
    const client = await connect(url, { transports: [recording] });
    const remote = client.service<Remote<Person>>("Person");
    await remote.$with({ metadata: { trace: "1" } }).changeName("Alex");
    await remote.echo([1, "two", { three: [null, true, 1.5] }, new Date(0), new Map([["a", new Set([1n])]])]);
    const subscription = await remote.renamed.subscribe("");
    await remote.changeName("Blair");
    const controller = new AbortController();
    const waiting = remote.$with({ signal: controller.signal }).wait(undefined as never);
    waiting.catch(() => {});
    await remote.getName();
    controller.abort();
    await subscription.unsubscribe();
    await remote.getName();
    await client.close();
    return recorded;
  }

  function mutate(packet: Uint8Array, random: SeededRandom): Uint8Array {
    const at = random.whole(0, packet.length - 1);
    switch (random.whole(0, 4)) {
      case 0:
        return packet.map((byte, index) => (index === at ? byte ^ (1 << random.whole(0, 7)) : byte));
      case 1:
        return packet.map((byte, index) => (index === at ? random.whole(0, 255) : byte));
      case 2:
        return packet.slice(0, at);
      case 3:
        return Uint8Array.of(
          ...packet.slice(0, at),
          ...random.bytes(random.whole(1, 9)),
          ...packet.slice(at),
        );
      default:
        return Uint8Array.of(...packet.slice(0, at), ...packet.slice(at + random.whole(1, 9)));
    }
  }

  it("end at most themselves", async () => {
    const recorded = await record();
    expect(recorded.length).toBeGreaterThan(6);
    const random = new SeededRandom(20261122);
    const open: ScriptedPeer[] = [];
    for (let run = 0; run < 10_000; run++) {
      const mutated = random.whole(0, recorded.length - 1);
      const peer = await ScriptedPeer.connect(transport, url);
      // A session id of its own, where the hello still has one: else the runs would resume each other.
      const id = random.bytes(16);
      for (const [index, packet] of recorded.entries()) {
        const own = index === 0 ? withSessionId(packet, id) : packet;
        peer.raw(index === mutated ? mutate(own, random) : own);
        if (index === 0) await peer.heard;
      }
      open.push(peer);
      if (open.length < 50) continue;
      for (const done of open.splice(0)) await done.close();
      expect(await bystander.service<Remote<Person>>("Person").echo(run)).toBe(run);
    }
    for (const done of open.splice(0)) await done.close();
    expect(unhandled).toEqual([]);
  }, 120_000);

  function withSessionId(hello: Uint8Array, id: Uint8Array): Uint8Array {
    const at =
      Buffer.from(hello.buffer, hello.byteOffset, hello.length).indexOf("sessionId") + "sessionId".length + 2;
    const copy = hello.slice();
    copy.set(id, at);
    return copy;
  }
});
