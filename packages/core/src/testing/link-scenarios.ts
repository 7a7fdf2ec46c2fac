import type { EventItem } from "../client/event-item.js";
import { systemClock } from "../clock.js";
import { defaultLimits, maxHandshakePacketBytes } from "../limits.js";
import { silentLogger } from "../logger.js";
import { toPeerLimits } from "../session/handshake.js";
import { createLoosePacket } from "../session/loose-packet.js";
import { type Connection, packetHeadroom } from "../transport.js";
import { check, checkEqual, checkRejects, until } from "./check.js";
import { everyFrame } from "./every-frame.js";
import type { Harness } from "./harness.js";
import { Person, type Renamed } from "./person.js";
import type { Scenario } from "./transport-suite.js";

const quickHeartbeat = { heartbeatMs: 50 };

/** Links that break, peers that go, and strangers. */
export const linkScenarios: readonly Scenario[] = [
  {
    title: "continues calls and subscriptions when the link is cut, and runs nothing twice",
    async run(harness) {
      const served = new Person();
      await harness.serve(served);
      const { person, client, link } = await harness.connect();
      const seen: number[] = [];
      await person.renamed.subscribe("", (item) => {
        if (item.kind === "live") seen.push(item.seq);
      });
      const waiting = person.wait(undefined as never);
      await until("the method runs", () => served.waiting === 1);
      const numbers = Array.from({ length: 100 }, (_, index) => index);
      const counts = Promise.all(numbers.map((number) => person.count(number)));
      link.cut();
      served.renamed.publish("tick", { from: "", to: "" });
      served.release();
      checkEqual("the call that ran", await waiting, "released");
      checkEqual("the calls under way", await counts, numbers);
      checkEqual("each ran once, in order", served.order, numbers);
      await until("the event arrives", () => seen.length === 1);
      checkEqual("state", client.state, "online");
    },
  },
  {
    title: "loses nothing when packets vanish before the link is cut, in either direction",
    async run(harness) {
      const served = new Person();
      await harness.serve(served);
      const { person, link } = await harness.connect();
      const results: number[] = [];
      for (let round = 0; round < 10; round++) {
        const calls = Array.from({ length: 10 }, (_, index) => person.count(round * 10 + index));
        if (round % 2 === 0) link.freeze();
        await Promise.resolve();
        link.cut();
        results.push(...(await Promise.all(calls)));
      }
      const all = Array.from({ length: 100 }, (_, index) => index);
      checkEqual("answers", results, all);
      checkEqual("each ran once", served.order, all);
    },
  },
  {
    title: "notices a link that is half open by its heartbeat, and resumes",
    async run(harness) {
      await harness.serve();
      const { person, client, link } = await harness.connect({ limits: quickHeartbeat });
      const states: string[] = [];
      client.onState((state) => states.push(state));
      link.freeze();
      checkEqual("the call", await person.getName(), "小红");
      checkEqual("states", states, ["resuming", "online"]);
    },
  },
  {
    title:
      "tells a reset after the server was restarted: calls are unknown, subscriptions are back once, with a gap",
    async run(harness) {
      const before = new Person();
      const first = await harness.serve(before);
      const { person, client } = await harness.connect();
      const seen: string[] = [];
      await person.renamed.subscribe("", (item) => seen.push(describe(item)));
      await person.publish("tick", 2);
      const waiting = person.wait(undefined as never);
      await until("the method runs", () => before.waiting === 1);
      const states: string[] = [];
      client.onState((state) => states.push(state));
      const lost = checkRejects("the call under way", waiting, "unavailable", "unknown");
      await first.close({ graceMs: 1 });
      await lost;
      const after = new Person();
      const second = await harness.serve(after);
      checkEqual("a call to the new one", await person.getName(), "小红");
      await until("subscribed again", () => second.stats().sessions[0]?.subscriptions === 1);
      await person.publish("tick", 1);
      await until("all arrived", () => seen.length === 4);
      checkEqual("items", seen, ["live tick 1", "live tick 2", "gap tick 3-null", "live tick 1"]);
      checkEqual("states", states, ["reset", "online"]);
      before.release();
    },
  },
  {
    title: "rejects what is under way when the client is closed, and the server forgets it",
    async run(harness) {
      const served = new Person();
      const server = await harness.serve(served);
      const { person, client } = await harness.connect();
      const rejected = checkRejects("under way", person.wait(undefined as never), "cancelled", "unknown");
      await until("the method runs", () => served.waiting === 1);
      await client.close();
      await rejected;
      await until("the method is told", () => served.aborted.length === 1);
      await until("the session is gone", () => server.stats().sessions.length === 0);
      await checkRejects("after close", person.getName(), "unavailable", "not-executed");
    },
  },
  {
    title: "notices at once that a client is gone",
    needs: "peer-loss-without-heartbeat",
    async run(harness) {
      const server = await harness.serve();
      const { link } = await harness.connect();
      link.refuse();
      link.cut();
      await until(
        "its session waits for it",
        () => server.stats().connections === 0 && server.stats().sessions[0]?.peer === undefined,
      );
    },
  },
  {
    title: "notices by the heartbeat that a client is gone",
    async run(harness) {
      const server = await harness.serve(new Person(), { limits: quickHeartbeat });
      const { link } = await harness.connect();
      link.refuse();
      link.freeze();
      await until("its session waits for it", () => server.stats().sessions[0]?.peer === undefined);
      link.cut();
    },
  },
  {
    title: "lets running calls finish when the server is closed, refuses new ones, and may be closed twice",
    async run(harness) {
      const served = new Person();
      const server = await harness.serve(served);
      const { person, client } = await harness.connect();
      const running = person.wait(undefined as never);
      await until("the method runs", () => served.waiting === 1);
      const closing = Promise.all([server.close({ graceMs: 5_000 }), server.close()]);
      // The first crosses the goaway on its way and is refused; both then wait for a server that takes them.
      const crossing = checkRejects(
        "a call that crosses",
        person.$with({ timeoutMs: 50 }).getName(),
        "deadline_exceeded",
        "not-executed",
      );
      await checkRejects(
        "a new call",
        person.$with({ timeoutMs: 50 }).getName(),
        "deadline_exceeded",
        "not-executed",
      );
      await crossing;
      served.release();
      checkEqual("the running call", await running, "released");
      await closing;
      await Promise.all([client.close(), client.close()]);
      checkEqual("state", client.state, "closed");
    },
  },
  {
    title: "says in a sentence that nobody listens",
    async run(harness) {
      const server = await harness.serve();
      await server.close();
      const error = await checkRejects(
        "connect",
        harness.connect({ connectTimeoutMs: 300 }),
        "unavailable",
        "not-executed",
      );
      check("names the URL", error.message.includes(new URL(harness.url).protocol));
    },
  },
  {
    title: "says in a sentence that an address is taken",
    async run(harness) {
      await harness.serve();
      const error = await checkRejects("listen", harness.serve(), "unavailable", "not-executed");
      check("says so", error.message.includes("in use"));
    },
  },
  {
    title: "refuses a client that speaks another protocol, and tells it so",
    async run(harness) {
      const server = await harness.serve();
      const stranger = await meet(harness);
      stranger.connection.send(hello(99));
      await stranger.ended;
      check("the refusal came", stranger.packets.length === 1);
      await until("the server forgot it", () => server.stats().connections === 0);
    },
  },
  {
    title: "closes the connection of a stranger that sends garbage, and nobody else notices",
    async run(harness) {
      const server = await harness.serve();
      const { person } = await harness.connect();
      for (const garbage of [
        new Uint8Array([1, 2, 3]),
        new Uint8Array(1000).fill(255),
        hello(1).slice(0, 40),
      ]) {
        const stranger = await meet(harness);
        stranger.connection.send(withHeadroom(garbage));
        await stranger.ended;
      }
      checkEqual("the others", await person.getName(), "小红");
      await until("the server forgot them", () => server.stats().connections === 1);
    },
  },
  {
    title: "closes the connection of a stranger that sends more than a hello may have",
    async run(harness) {
      const server = await harness.serve();
      const { person } = await harness.connect();
      const stranger = await meet(harness);
      stranger.connection.send(withHeadroom(new Uint8Array(maxHandshakePacketBytes + 1)));
      await stranger.ended;
      checkEqual("the others", await person.getName(), "小红");
      await until("the server forgot it", () => server.stats().connections === 1);
    },
  },
  {
    title: "closes a connection that never says hello",
    async run(harness) {
      const server = await harness.serve(new Person(), { limits: { handshakeTimeoutMs: 50 } });
      const stranger = await meet(harness);
      stranger.connection.send(hello(1).subarray(0, 0));
      await stranger.ended;
      await until("the server forgot it", () => server.stats().connections === 0);
    },
  },
  {
    title: "asks authenticate, and refuses whom it does not accept",
    async run(harness) {
      await harness.serve(new Person(), {
        authenticate: (credentials) => (credentials === "sesame" ? { user: "ali" } : undefined),
      });
      await checkRejects(
        "wrong",
        harness.connect({ credentials: () => "open" }),
        "unauthenticated",
        "not-executed",
      );
      const { person } = await harness.connect({ credentials: async () => "sesame" });
      checkEqual("right", await person.getName(), "小红");
    },
  },
];

interface Stranger {
  readonly connection: Connection;
  readonly packets: Uint8Array[];
  readonly ended: Promise<void>;
}

/** A bare connection, without a client behind it. */
async function meet(harness: Harness): Promise<Stranger> {
  const connection = await harness.under.connecting.connect(new URL(harness.url), {
    clock: systemClock,
    logger: silentLogger,
    maxPacketBytes: maxHandshakePacketBytes,
    packetTimeoutMs: 1_000,
    signal: new AbortController().signal,
  });
  const packets: Uint8Array[] = [];
  const ended = new Promise<void>((resolve) => {
    connection.start({ packet: (bytes) => packets.push(bytes.slice()), drain() {}, closed: () => resolve() });
  });
  return { connection, packets, ended };
}

function hello(protocol: number): Uint8Array {
  return createLoosePacket(
    { number: 0, acknowledged: 0, sentAt: 0 },
    {
      type: "hello",
      protocol,
      sessionId: new Uint8Array(16),
      received: 0,
      limits: toPeerLimits(defaultLimits),
      features: [],
    },
    defaultLimits,
    everyFrame,
  );
}

function withHeadroom(bytes: Uint8Array): Uint8Array {
  const packet = new Uint8Array(packetHeadroom + bytes.length).subarray(packetHeadroom);
  packet.set(bytes);
  return packet;
}

function describe(item: EventItem<Renamed>): string {
  if (item.kind === "mark") return `mark ${item.position}`;
  return item.kind === "gap"
    ? `gap ${item.topic} ${item.from}-${item.to}`
    : `${item.kind} ${item.topic} ${item.seq}`;
}
