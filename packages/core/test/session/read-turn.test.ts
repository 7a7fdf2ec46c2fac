import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/clock.js";
import { ReadTurn } from "../../src/session/read-turn.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { SessionPair } from "./session-pair.js";

const ids = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);

/** Packets of the near side, not delivered yet. */
async function packetsOf(pair: SessionPair, ...batches: number[][]): Promise<Uint8Array[]> {
  for (const batch of batches) {
    pair.near.send(...batch);
    pair.near.session.flush();
  }
  await pair.clock.settle();
  return pair.near.connection.take();
}

describe("a turn", () => {
  it("is over after 2,048 frames, and the next one begins by itself", async () => {
    const clock = new VirtualClock();
    let continued = 0;
    const turn = new ReadTurn(clock, {
      continue: () => {
        continued += 1;
      },
    });
    const spent = ids(2048).findIndex(() => turn.spend());
    expect(spent).toBe(2047);
    await clock.advance(1);
    expect(continued).toBe(1);
    expect(turn.spend()).toBe(false);
    expect(clock.timers).toBe(0);
  });

  it("is over when it takes too long", () => {
    const clock = new VirtualClock();
    let now = 0;
    const slow: Clock = {
      now: () => now,
      wallTime: () => now,
      timer: (ms, fire) => clock.timer(ms, fire),
      soon: (run) => clock.soon(run),
    };
    const turn = new ReadTurn(slow, { continue() {} });
    const spent = ids(2048).findIndex(() => {
      now += 0.1;
      return turn.spend();
    });
    // Sixty-four are free, and then the eight milliseconds count.
    expect(spent).toBeGreaterThan(130);
    expect(spent).toBeLessThan(180);
  });

  it("costs who sends little no timer", async () => {
    const clock = new VirtualClock();
    const turn = new ReadTurn(clock, { continue() {} });
    for (const _ of ids(64)) expect(turn.spend()).toBe(false);
    expect(clock.timers).toBe(0);
    expect(turn.spend()).toBe(false);
    expect(clock.timers).toBe(1);
    turn.stop();
    expect(clock.timers).toBe(0);
  });
});

describe("a session whose peer sends more than a turn's worth", () => {
  it("hands it up a turn at a time, in order, with the connection paused meanwhile", async () => {
    const pair = new SessionPair();
    const packets = await packetsOf(pair, ids(5_000), ids(10, 5_001));
    expect(packets).toHaveLength(2);
    pair.far.receive(packets);
    expect(pair.far.ids).toEqual(ids(2048));
    expect([pair.far.connection.paused, pair.far.session.settled]).toEqual([true, false]);
    await pair.clock.step();
    expect(pair.far.ids).toEqual(ids(4096));
    expect(pair.far.connection.paused).toBe(true);
    await pair.clock.step();
    expect(pair.far.ids).toEqual(ids(5010));
    expect([pair.far.connection.paused, pair.far.session.settled]).toEqual([false, true]);
  });

  it("bounds many small packets as it does a large one", async () => {
    const pair = new SessionPair();
    const packets = await packetsOf(pair, ...ids(3_000).map((id) => [id]));
    expect(packets).toHaveLength(3_000);
    pair.far.receive(packets);
    expect(pair.far.ids).toEqual(ids(2048));
    await pair.clock.step();
    expect(pair.far.ids).toEqual(ids(3_000));
  });

  it("does not use the transport's bytes after they were given back", async () => {
    const pair = new SessionPair();
    const packets = (await packetsOf(pair, ids(2_500), ids(3, 2_501))).map((packet) => Buffer.from(packet));
    pair.far.receive(packets);
    for (const packet of packets) packet.fill(0xc1);
    await pair.clock.step();
    expect(pair.far.ids).toEqual(ids(2_503));
    expect(pair.far.ended).toEqual([]);
  });

  it("loses and doubles nothing when the connection breaks in between", async () => {
    const pair = new SessionPair();
    const packets = await packetsOf(pair, ids(3_000), ids(100, 3_001));
    pair.far.receive(packets);
    pair.cut();
    expect(pair.far.ids).toHaveLength(2048);
    pair.connect();
    expect(pair.far.connection.paused).toBe(true);
    // What the peer sends again comes while the rest of the first packet still waits.
    pair.far.receive(pair.near.connection.take());
    await pair.clock.step();
    await pair.deliver();
    expect(pair.far.ids).toEqual(ids(3_100));
    expect(pair.far.connection.paused).toBe(false);
  });

  it("ends in its turn, and what waits behind its end is dropped", async () => {
    const pair = new SessionPair();
    const [packet] = await packetsOf(pair, ids(3_000));
    const spoiled = Uint8Array.of(...packet!, 0x7f, 0, 0, 0, 0);
    pair.far.receive([spoiled]);
    expect(pair.far.ended).toEqual([]);
    await pair.clock.step();
    expect(pair.far.ids).toEqual(ids(3_000));
    expect(pair.far.ended).toMatchObject([{ message: "protocol error: unexpected frame 0x7f" }]);
  });

  it("breaks the connection of a transport that does not pause", async () => {
    const pair = new SessionPair({ maxPacketBytes: 64 * 1024 });
    const packets = await packetsOf(pair, ids(3_000), ...ids(8).map((batch) => ids(2_500, batch * 10_000)));
    pair.far.receive(packets);
    expect(pair.far.broken.map(String)).toEqual([
      expect.stringMatching(/^Error: \d+ bytes came while the connection was paused$/),
    ]);
    pair.connect();
    await pair.deliver();
    await pair.clock.step();
    expect(pair.far.ids.slice(0, 3_000)).toEqual(ids(3_000));
  });
});
