import { describe, expect, it } from "vitest";
import { RpcError } from "../../src/errors.js";
import { createLoosePacket } from "../../src/session/loose-packet.js";
import { everyFrame } from "../../src/testing/every-frame.js";
import { SeededRandom } from "../../src/testing/seeded-random.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { writeHeader } from "../../src/wire/packet.js";
import { headerOf, SessionPair } from "./session-pair.js";

function renumber(packet: Uint8Array, change: Partial<ReturnType<typeof headerOf>>): Uint8Array {
  const copy = packet.slice();
  writeHeader(new DataView(copy.buffer), 0, { ...headerOf(packet), ...change });
  return copy;
}

describe("a session", () => {
  it("hands frames up once, in order, and lets go of what is acknowledged", async () => {
    const pair = new SessionPair();
    pair.near.send(1, 2, 3);
    await pair.deliver();
    pair.near.send(4);
    await pair.deliver();
    expect(pair.far.ids).toEqual([1, 2, 3, 4]);
    expect(pair.far.session.received).toBe(2);
    expect(pair.near.session.settled).toBe(false);
    await pair.clock.advance(1000);
    await pair.deliver();
    expect(pair.near.session.settled).toBe(true);
    expect(pair.near.session.sendBufferBytes).toBe(0);
  });

  it("drops a packet that comes twice", async () => {
    const pair = new SessionPair();
    pair.near.send(1);
    await pair.clock.settle();
    const [packet] = pair.near.connection.take();
    pair.far.receive([packet!, packet!]);
    expect(pair.far.ids).toEqual([1]);
    expect(pair.far.session.attached).toBe(true);
  });

  it("breaks the connection at a jump in numbers, and resumes without loss", async () => {
    const pair = new SessionPair();
    pair.near.send(1);
    await pair.clock.settle();
    pair.near.connection.take();
    pair.near.send(2);
    await pair.deliver();
    expect(pair.far.ids).toEqual([]);
    expect(pair.far.broken.map(String)).toEqual(["Error: packets are missing: got number 2 after 0"]);
    pair.connect();
    await pair.deliver();
    expect(pair.far.ids).toEqual([1, 2]);
  });

  it("sees in a ping that the tail was lost", async () => {
    const pair = new SessionPair({ heartbeatMs: 1000 });
    pair.near.send(1);
    await pair.clock.settle();
    pair.near.connection.take();
    await pair.clock.advance(1000);
    await pair.deliver();
    expect(pair.far.broken.map(String)).toEqual(["Error: packets are missing: got number 1 after 0"]);
    pair.connect();
    await pair.deliver();
    expect(pair.far.ids).toEqual([1]);
  });

  it.each([
    ["a little after a second", 100, 1000],
    ["4 KiB after 50 ms", 4096, 50],
  ])("acknowledges %s, and no acknowledgement acknowledges that", async (_, bytes, ms) => {
    const pair = new SessionPair({ heartbeatMs: 60_000 });
    pair.near.session.send({ type: "reply", id: 1, value: new Uint8Array(bytes) });
    await pair.deliver();
    await pair.clock.advance(ms - 1);
    expect(pair.far.connection.sent).toEqual([]);
    await pair.clock.advance(1);
    expect(pair.far.connection.headers).toMatchObject([{ numbered: false, number: 0, acknowledged: 1 }]);
    await pair.deliver();
    await pair.clock.advance(10_000);
    expect(pair.near.connection.sent).toEqual([]);
    expect(pair.far.connection.sent).toEqual([]);
  });

  it("acknowledges at the end of the turn after 64 KiB, with what the turn sends anyway if there is something", async () => {
    const pair = new SessionPair();
    for (const answers of [false, true]) {
      pair.near.session.send({ type: "reply", id: 1, value: new Uint8Array(64 * 1024) });
      await pair.clock.settle();
      pair.far.receive(pair.near.connection.take());
      if (answers) pair.far.send(1);
      await pair.clock.advance(0);
      expect(pair.far.connection.headers).toMatchObject([
        { numbered: answers, acknowledged: answers ? 2 : 1 },
      ]);
      pair.far.connection.take();
    }
  });

  it("acknowledges sooner when a little becomes more, and goes on waiting when it was acknowledged", async () => {
    const pair = new SessionPair({ heartbeatMs: 60_000 });
    pair.near.send(1);
    await pair.deliver();
    await pair.clock.advance(500);
    pair.near.session.send({ type: "reply", id: 1, value: new Uint8Array(4096) });
    await pair.deliver();
    await pair.clock.advance(50);
    expect(pair.far.connection.headers).toMatchObject([{ numbered: false, acknowledged: 2 }]);
    await pair.deliver();
    pair.near.send(2);
    await pair.deliver();
    await pair.clock.advance(999);
    expect(pair.far.connection.sent).toEqual([]);
    await pair.clock.advance(1);
    expect(pair.far.connection.headers).toMatchObject([{ numbered: false, acknowledged: 3 }]);
  });

  it("acknowledges within 50 ms to a peer that closes when all has arrived", async () => {
    const pair = new SessionPair({ heartbeatMs: 60_000 });
    pair.near.session.send({ type: "goaway", graceMs: 1000 });
    for (const packets of [1, 2]) {
      await pair.deliver();
      expect(pair.near.session.settled).toBe(false);
      await pair.clock.advance(50);
      await pair.deliver();
      expect([packets, pair.near.session.settled]).toEqual([packets, true]);
      pair.near.send(packets);
    }
  });

  it.each([{ sendBufferBytes: 40 }, { totalSendBufferBytes: 40 }, { eventWindowBytes: 40 }])(
    "asks for an acknowledgement when a small limit leaves it no room: %o",
    async (limits) => {
      const pair = new SessionPair({ heartbeatMs: 60_000, ...limits });
      const forty = Uint8Array.of(0xc4, 38, ...new Uint8Array(38));
      pair.near.session.send({ type: "items", id: 1, stream: 0, index: 0, count: 1, encoded: forty });
      await pair.clock.settle();
      expect([pair.near.session.hasEventRoom, pair.near.connection.sent.length]).toEqual([false, 2]);
      await pair.deliver();
      expect(pair.near.session.hasEventRoom).toBe(true);
    },
  );

  it("acknowledges with what it sends anyway, and then not again", async () => {
    const pair = new SessionPair({ heartbeatMs: 60_000 });
    pair.near.send(1);
    await pair.clock.settle();
    pair.far.receive(pair.near.connection.take());
    pair.far.send(7);
    await pair.clock.settle();
    expect(pair.far.connection.headers).toMatchObject([{ numbered: true, number: 1, acknowledged: 1 }]);
    pair.far.connection.take();
    await pair.clock.advance(1000);
    expect(pair.far.connection.sent).toEqual([]);
  });

  it("sends again exactly what is missing after a resume", async () => {
    const pair = new SessionPair();
    for (const id of [1, 2, 3, 4]) {
      pair.near.send(id);
      pair.near.session.flush();
    }
    pair.far.receive(pair.near.connection.take().slice(0, 2));
    pair.cut();
    pair.near.send(5);
    await pair.clock.settle();
    pair.connect();
    expect(pair.near.connection.headers.map(({ number }) => number)).toEqual([3, 4, 5]);
    await pair.deliver();
    expect(pair.far.ids).toEqual([1, 2, 3, 4, 5]);
  });

  it("keeps the first time of sending in what it sends again", async () => {
    const pair = new SessionPair({ heartbeatMs: 60_000 });
    await pair.clock.advance(100);
    pair.near.send(1);
    await pair.clock.settle();
    pair.cut();
    await pair.clock.advance(5000);
    pair.connect();
    expect(pair.near.connection.headers).toMatchObject([{ number: 1, sentAt: 100 }]);
  });

  it("tells its owner when a late packet was sent, by its own clock", async () => {
    const pair = new SessionPair({ heartbeatMs: 60_000 });
    pair.near.send(1);
    await pair.deliver();
    await pair.clock.advance(1000);
    pair.near.send(2);
    await pair.clock.settle();
    await pair.clock.advance(3000);
    await pair.deliver();
    expect(pair.far.sentAt).toEqual([0, 1000]);
  });

  it("survives a resume while a resume is under way", async () => {
    const pair = new SessionPair();
    pair.near.send(1);
    await pair.clock.settle();
    pair.connect();
    const late = pair.near.connection.take();
    const old = pair.far.connection.receiver!;
    pair.connect();
    for (const packet of late) old.packet(packet);
    old.closed(new Error("late"));
    expect(pair.far.ids).toEqual([]);
    expect(pair.far.session.attached).toBe(true);
    await pair.deliver();
    expect(pair.far.ids).toEqual([1]);
  });

  it("loses and doubles nothing however often its connection is cut, at any packet", async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const random = new SeededRandom(seed);
      const pair = new SessionPair();
      const sent = { near: 0, far: 0 };
      for (let step = 0; step < 40; step++) {
        const side = random.chance(0.5) ? "near" : "far";
        pair[side].send(++sent[side]);
        if (!random.chance(1 / 3)) await pair.clock.advance(random.whole(0, 59));
        for (const [from, to] of [
          [pair.near, pair.far],
          [pair.far, pair.near],
        ] as const) {
          const packets = from.connection.take();
          to.receive(packets.slice(0, random.whole(0, packets.length)));
        }
        // What was taken and not received is lost: only a new connection brings it.
        if (random.chance(0.25)) {
          pair.cut();
          pair.connect();
        }
      }
      pair.cut();
      pair.connect();
      await pair.deliver();
      const counted = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
      expect(pair.far.ids, `seed ${seed}`).toEqual(counted(sent.near));
      expect(pair.near.ids, `seed ${seed}`).toEqual(counted(sent.far));
    }
  });

  it("counts on when its clock of 32 bits wraps", async () => {
    const clock = new VirtualClock();
    const pair = new SessionPair({ heartbeatMs: 2 ** 31 }, clock);
    pair.near.send(1);
    await pair.deliver();
    await clock.advance(2 ** 32 - 10);
    pair.connect();
    pair.near.send(2);
    await pair.deliver();
    await clock.advance(20);
    pair.near.send(3);
    await pair.deliver();
    expect(pair.far.ids).toEqual([1, 2, 3]);
    expect(pair.far.sentAt.at(-1)).toBe(clock.now());
  });

  it("continues with a peer that has what it acknowledged and no more than was sent", async () => {
    const pair = new SessionPair();
    pair.near.send(1);
    pair.near.session.flush();
    pair.near.send(2);
    await pair.deliver();
    await pair.clock.advance(1000);
    await pair.deliver();
    pair.near.send(3);
    await pair.clock.settle();
    expect([1, 2, 3, 4].map((received) => pair.near.session.canContinueFrom(received))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("does not go back behind what a resume acknowledged", async () => {
    const pair = new SessionPair();
    pair.near.send(1);
    await pair.clock.settle();
    pair.far.receive(pair.near.connection.take());
    pair.cut();
    pair.connect();
    expect(pair.near.session.settled).toBe(true);
    expect(pair.near.session.canContinueFrom(0)).toBe(false);
    expect(pair.near.session.canContinueFrom(1)).toBe(true);
  });
});

describe("a session with a full pipe", () => {
  it("holds packets back until it drains", async () => {
    const pair = new SessionPair();
    pair.near.connection.full = true;
    pair.near.send(1);
    pair.near.session.flush();
    pair.near.send(2);
    await pair.clock.settle();
    expect(pair.near.connection.headers.map(({ number }) => number)).toEqual([1]);
    pair.near.connection.full = false;
    const rooms = pair.near.rooms;
    pair.near.connection.receiver?.drain();
    expect(pair.near.connection.headers.map(({ number }) => number)).toEqual([1, 2]);
    expect(pair.near.rooms).toBe(rooms + 1);
  });

  it("sends no ping and no acknowledgement on top, and acknowledges when it drains", async () => {
    const pair = new SessionPair({ heartbeatMs: 1000 });
    pair.near.connection.full = true;
    pair.near.send(1);
    await pair.clock.settle();
    pair.far.send(9);
    await pair.clock.settle();
    pair.near.receive(pair.far.connection.take());
    await pair.clock.advance(1500);
    expect(pair.near.connection.headers.map(({ acknowledged }) => acknowledged)).toEqual([0]);
    pair.near.connection.full = false;
    pair.near.connection.receiver?.drain();
    expect(pair.near.connection.headers.at(-1)).toMatchObject({ numbered: false, acknowledged: 1 });
  });

  it("starts anew with the next connection", async () => {
    const pair = new SessionPair();
    pair.near.connection.full = true;
    pair.near.send(1);
    pair.near.session.flush();
    pair.near.send(2);
    await pair.clock.settle();
    pair.cut();
    pair.connect();
    await pair.deliver();
    expect(pair.far.ids).toEqual([1, 2]);
  });

  it("has no room once its send buffer is full, and tells when it has again", async () => {
    const pair = new SessionPair({ sendBufferBytes: 100 });
    expect(pair.near.session.hasRoom).toBe(true);
    pair.near.session.send({ type: "reply", id: 1, value: new Uint8Array(200) });
    await pair.clock.settle();
    expect(pair.near.session.hasRoom).toBe(false);
    const rooms = pair.near.rooms;
    await pair.deliver();
    await pair.clock.advance(50);
    await pair.deliver();
    expect(pair.near.session.hasRoom).toBe(true);
    expect(pair.near.rooms).toBeGreaterThan(rooms);
  });
});

describe("the end of a session", () => {
  it("is told to the peer with its reason, after all that was sent", async () => {
    const pair = new SessionPair();
    pair.near.send(1);
    await pair.near.session.close(new RpcError("cancelled", "done", { outcome: "not-executed" }));
    await pair.deliver();
    expect(pair.far.ids).toEqual([1]);
    expect(pair.far.ended).toMatchObject([{ code: "cancelled", message: "done", outcome: "not-executed" }]);
    expect(pair.near.ended).toHaveLength(1);
  });

  it("is final: no send, no close, no timer, no word to the owner after it", async () => {
    const pair = new SessionPair();
    await pair.near.session.close(new RpcError("cancelled", "done"));
    const sent = pair.near.connection.take().length;
    expect(sent).toBe(1);
    pair.near.send(2);
    await pair.near.session.close(new RpcError("cancelled", "again"));
    pair.near.session.end(new RpcError("cancelled", "again"));
    pair.near.session.break(new Error("late"));
    pair.far.session.end(new RpcError("cancelled", "done"));
    await pair.clock.advance(60_000);
    expect(pair.near.connection.sent).toEqual([]);
    expect(pair.near.ended).toHaveLength(1);
    expect(pair.near.broken).toEqual([]);
    expect(pair.near.session.open).toBe(false);
    expect(pair.clock.timers).toBe(0);
  });

  it("stops in the middle of a packet when its owner ends it", async () => {
    const pair = new SessionPair();
    pair.near.send(1, 2);
    await pair.clock.settle();
    const { frames } = pair.far;
    Object.defineProperty(frames, "push", {
      value: (frame: never) => {
        pair.far.session.end(new RpcError("cancelled", "enough"));
        return Array.prototype.push.call(frames, frame);
      },
    });
    pair.far.receive(pair.near.connection.take());
    expect(pair.far.ids).toEqual([1]);
  });

  it.each([
    ["no header", (packet: Uint8Array) => packet.subarray(0, 12), "packet of 12 bytes has no header"],
    [
      "an unknown kind",
      (packet: Uint8Array) => Uint8Array.of(7, ...packet.subarray(1)),
      "packet of unknown kind 7",
    ],
    [
      "a frame without a number",
      (packet: Uint8Array) => renumber(packet, { numbered: false, number: 0 }),
      "cancel in a packet without a number",
    ],
    [
      "an acknowledgement of what was not sent",
      (packet: Uint8Array) => renumber(packet, { acknowledged: 3 }),
      "acknowledgement of 3, only 0 were sent",
    ],
    [
      "trailing bytes",
      (packet: Uint8Array) => Uint8Array.of(...packet, 0, 0),
      "2 bytes behind the last frame",
    ],
  ])("comes when the peer sends %s, and both learn why", async (_, spoil, why) => {
    const pair = new SessionPair();
    pair.near.send(1);
    await pair.clock.settle();
    pair.far.receive(pair.near.connection.take().map(spoil));
    expect(pair.far.ended).toMatchObject([{ code: "invalid_argument", message: `protocol error: ${why}` }]);
    expect(pair.far.logger.lines).toEqual([
      `warn session with held ended, its peer broke the protocol: ${why}`,
    ]);
    expect(pair.far.connection.closed).toBe(true);
    await pair.deliver();
    expect(pair.near.ended).toMatchObject([{ message: `protocol error: ${why}` }]);
  });

  it.each(["hello", "welcome"] as const)("comes when the peer says %s on an open session", async (type) => {
    const pair = new SessionPair();
    const fields = { protocol: 1, received: 0, limits: pair.near.session.peerLimits, features: [] };
    const frame =
      type === "hello"
        ? { type, ...fields, sessionId: new Uint8Array(16) }
        : { type, ...fields, epoch: "e", resumed: false, token: new Uint8Array(16) };
    pair.far.receive([
      createLoosePacket({ number: 0, acknowledged: 0, sentAt: 0 }, frame, pair.near.limits, everyFrame),
    ]);
    expect(pair.far.ended).toMatchObject([{ message: `protocol error: ${type} on an open session` }]);
  });

  it("counts a packet before its frames go up, so that none is ever run again", async () => {
    const pair = new SessionPair();
    const counted: number[] = [];
    Object.defineProperty(pair.far.frames, "push", {
      value: () => counted.push(pair.far.session.received),
    });
    pair.near.send(1);
    await pair.deliver();
    pair.near.send(2);
    await pair.deliver();
    expect(counted).toEqual([1, 2]);
  });

  it("hides what an owner threw from the peer, and logs it", async () => {
    const pair = new SessionPair();
    Object.defineProperty(pair.far.frames, "push", {
      value: () => {
        throw new Error("a bug with a secret");
      },
    });
    pair.near.send(1);
    await pair.deliver();
    expect(pair.near.ended).toMatchObject([
      { code: "internal", message: expect.stringMatching(/^internal error \(error id [0-9a-f]{16}\)$/) },
    ]);
    expect(pair.far.logger.lines).toEqual([expect.stringContaining("a bug with a secret")]);
  });
});

describe("silence", () => {
  it("is asked about, and an answer keeps the connection", async () => {
    const pair = new SessionPair({ heartbeatMs: 1000 });
    for (let second = 0; second < 20; second++) {
      await pair.clock.advance(1000);
      await pair.deliver();
    }
    expect(pair.near.broken).toEqual([]);
    expect(pair.near.session.attached).toBe(true);
  });

  it("breaks the connection after three heartbeats, and the session stays", async () => {
    const pair = new SessionPair({ heartbeatMs: 1000 });
    await pair.clock.advance(3000);
    expect(pair.near.broken.map(String)).toEqual(["Error: nothing heard for 3000 ms"]);
    expect(pair.near.session.open).toBe(true);
    expect(pair.near.connection.closed).toBe(true);
  });
});
