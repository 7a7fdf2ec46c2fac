import { describe, expect, it } from "vitest";
import { BlockPool } from "../../src/session/block-pool.js";
import { HeldConnection, SessionPair } from "./session-pair.js";

/** A connection that says whether it still reads what it was handed. */
class TellingConnection extends HeldConnection {
  holding = false;
}

/** A pair whose near side sends over a connection that tells; `settle` carries what the far side answers. */
function create(): {
  pair: SessionPair;
  connection: TellingConnection;
  exchange(id: number): Promise<Uint8Array>;
} {
  const pair = new SessionPair();
  const connection = new TellingConnection();
  const { near, far } = pair;
  near.connection = connection;
  connection.start(near.session.attach(connection, far.session.peerLimits, far.session.received));
  return {
    pair,
    connection,
    /** Sends a frame, lets the far side acknowledge it, and returns the bytes that were handed to the connection. */
    async exchange(id) {
      near.send(id);
      await pair.clock.settle();
      const packet = connection.take().at(-1)!;
      far.receive([packet]);
      far.send(id);
      await pair.clock.settle();
      near.receive(far.connection.take());
      return packet;
    },
  };
}

describe("the memory of packets", () => {
  it("is written again once they are acknowledged and their connection has let go", async () => {
    const { exchange } = create();
    const first = await exchange(1);
    const second = await exchange(2);
    expect([second.buffer, second.byteOffset]).toEqual([first.buffer, first.byteOffset]);
  });

  it("is left alone while their connection may still read it, acknowledged or not", async () => {
    const { exchange, connection, pair } = create();
    connection.holding = true;
    const first = await exchange(1);
    const before = first.slice();
    for (let id = 2; id < 2_000; id++) await exchange(id);
    expect(first).toEqual(before);
    expect(pair.far.ids).toHaveLength(1_999);
  });

  it("is left alone while they are not acknowledged", async () => {
    const { connection, pair } = create();
    for (let id = 1; id < 2_000; id++) {
      pair.near.send(id);
      await pair.clock.settle();
    }
    pair.far.receive(connection.take());
    expect(pair.far.ids).toEqual(Array.from({ length: 1_999 }, (_, index) => index + 1));
  });

  it("is left alone when their connection broke: it may still be sending them", async () => {
    const { exchange, connection, pair } = create();
    await exchange(1);
    pair.near.send(2);
    await pair.clock.settle();
    const [packet] = connection.take();
    const before = packet!.slice();
    pair.far.receive([packet!]);
    connection.closed = true;
    pair.near.session.break(new Error("cut"));
    pair.far.session.break(new Error("cut"));
    // The handshake says that it arrived, so it is acknowledged before anything is sent.
    const next = new TellingConnection();
    pair.far.attach(pair.near, pair.near.session.received);
    pair.near.connection = next;
    next.start(pair.near.session.attach(next, pair.far.session.peerLimits, pair.far.session.received));
    for (let id = 3; id < 10; id++) {
      pair.near.send(id);
      await pair.clock.settle();
      pair.far.receive(next.take());
    }
    expect(packet).toEqual(before);
    expect(pair.far.ids.at(-1)).toBe(9);
  });
});

describe("a pool of blocks", () => {
  it("keeps a few, of the size that is asked for, and none that a large frame made grow", () => {
    const pool = new BlockPool();
    const blocks = Array.from({ length: 20 }, () => pool.take(100));
    blocks[0]!.sink.reserve(1_000_000);
    for (const block of blocks) pool.give(block);
    const again = new Set(Array.from({ length: 20 }, () => pool.take(100)));
    expect(blocks.filter((block) => again.has(block))).toHaveLength(8);
    expect(again.has(blocks[0]!)).toBe(false);
    expect(pool.take(60_000).sink.bytes.length).toBeGreaterThan(64 * 1024);
  });
});
