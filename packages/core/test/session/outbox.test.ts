import { describe, expect, it, vi } from "vitest";
import { defaultLimits } from "../../src/limits.js";
import { BlockPool } from "../../src/session/block-pool.js";
import { Outbox } from "../../src/session/outbox.js";
import { TurnEnd } from "../../src/session/turn-end.js";
import { everyFrame } from "../../src/testing/every-frame.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { packetHeadroom } from "../../src/transport.js";
import { FrameReader } from "../../src/wire/decode-frame.js";
import type { Frame } from "../../src/wire/frame.js";
import { headerBytes, sharedPacketBytes } from "../../src/wire/packet.js";

function create(): { clock: VirtualClock; outbox: Outbox; packets: Uint8Array[]; eventBytes: number[] } {
  const clock = new VirtualClock();
  const packets: Uint8Array[] = [];
  const eventBytes: number[] = [];
  const outbox = new Outbox(
    { clock, shared: { pool: new BlockPool(), turnEnd: new TurnEnd(clock) }, frames: everyFrame },
    {
      sealed(packet) {
        packets.push(packet.bytes);
        eventBytes.push(packet.eventBytes);
      },
    },
  );
  return { clock, outbox, packets, eventBytes };
}

function framesOf(packet: Uint8Array): Frame[] {
  const reader = new FrameReader(packet, headerBytes, defaultLimits, everyFrame);
  const frames: Frame[] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
  return frames;
}

const reply = (id: number, bytes: number) => ({ type: "reply", id, value: new Uint8Array(bytes) }) as const;

describe("an outbox", () => {
  it("sends what is written in one turn as one packet", async () => {
    const { clock, outbox, packets } = create();
    for (let id = 1; id <= 3; id++) outbox.write({ type: "cancel", id }, defaultLimits);
    expect(packets).toEqual([]);
    await clock.settle();
    expect(packets.map(framesOf)).toEqual([[1, 2, 3].map((id) => ({ type: "cancel", id }))]);
  });

  it("leaves the transport's headroom in front", async () => {
    const { clock, outbox, packets } = create();
    outbox.write({ type: "cancel", id: 1 }, defaultLimits);
    await clock.settle();
    expect(packets[0]?.byteOffset).toBeGreaterThanOrEqual(packetHeadroom);
  });

  it("starts another packet at 64 KiB, header included", async () => {
    const { clock, outbox, packets } = create();
    for (let id = 1; id <= 10; id++) outbox.write(reply(id, 20_000), defaultLimits);
    await clock.settle();
    expect(packets.map((packet) => framesOf(packet).length)).toEqual([3, 3, 3, 1]);
    for (const packet of packets) expect(packet.length).toBeLessThanOrEqual(sharedPacketBytes);
  });

  it("fills a packet to the last byte", async () => {
    const { clock, outbox, packets } = create();
    // 5 bytes of frame head, 4 of id, 3 of the value's own head.
    outbox.write(reply(1, sharedPacketBytes - headerBytes - 12 - 9), defaultLimits);
    outbox.write({ type: "cancel", id: 2 }, defaultLimits);
    await clock.settle();
    expect(packets.map(({ length }) => length)).toEqual([sharedPacketBytes]);
  });

  it("holds no memory of its own behind a large frame", async () => {
    const clock = new VirtualClock();
    const pool = new BlockPool();
    const take = vi.spyOn(pool, "take");
    const give = vi.spyOn(pool, "give");
    const blocks: unknown[] = [];
    const outbox = new Outbox(
      { clock, shared: { pool, turnEnd: new TurnEnd(clock) }, frames: everyFrame },
      {
        sealed: ({ block }) => blocks.push(block),
      },
    );
    for (let id = 1; id <= 3; id++) {
      outbox.write(reply(id, 200_000), defaultLimits);
      await clock.settle();
    }
    expect(new Set(blocks).size).toBe(3);
    expect(take.mock.calls.length - give.mock.calls.length).toBe(3);
    outbox.write({ type: "cancel", id: 4 }, defaultLimits);
    await clock.settle();
    expect(blocks).toHaveLength(4);
  });

  it("gives a large frame a packet to itself, in its place", async () => {
    const { clock, outbox, packets } = create();
    outbox.write({ type: "cancel", id: 1 }, defaultLimits);
    outbox.write(reply(2, 200_000), defaultLimits);
    outbox.write({ type: "cancel", id: 3 }, defaultLimits);
    await clock.settle();
    expect(packets.map((packet) => framesOf(packet).map((frame) => "id" in frame && frame.id))).toEqual([
      [1],
      [2],
      [3],
    ]);
    expect(framesOf(packets[1]!)[0]).toEqual(reply(2, 200_000));
  });

  it("refuses a frame that is too large for the peer, and writes nothing of it", async () => {
    const { clock, outbox, packets } = create();
    const limits = { ...defaultLimits, maxPacketBytes: 1000 };
    outbox.write({ type: "cancel", id: 1 }, limits);
    expect(() => outbox.write(reply(2, 1000), limits)).toThrow(
      expect.objectContaining({
        code: "resource_exhausted",
        outcome: "not-executed",
        message: "packet of 1025 bytes exceeds the peer's maxPacketBytes of 1000",
      }),
    );
    outbox.write({ type: "cancel", id: 3 }, limits);
    await clock.settle();
    expect(packets.map(framesOf)).toEqual([
      [
        { type: "cancel", id: 1 },
        { type: "cancel", id: 3 },
      ],
    ]);
  });

  it("keeps packets within a peer's limit below 64 KiB", async () => {
    const { clock, outbox, packets } = create();
    const limits = { ...defaultLimits, maxPacketBytes: 1000 };
    for (let id = 1; id <= 200; id++) outbox.write({ type: "cancel", id }, limits);
    await clock.settle();
    expect(packets.flatMap(framesOf)).toHaveLength(200);
    for (const packet of packets) expect(packet.length).toBeLessThanOrEqual(1000);
  });

  it("writes nothing of a frame whose value cannot travel", async () => {
    const { clock, outbox, packets } = create();
    expect(() => outbox.write({ type: "reply", id: 1, value: [1, () => {}] }, defaultLimits)).toThrow(
      expect.objectContaining({ code: "invalid_argument" }),
    );
    await clock.settle();
    expect(packets).toEqual([]);
    outbox.write({ type: "cancel", id: 2 }, defaultLimits);
    await clock.settle();
    expect(packets.map(framesOf)).toEqual([[{ type: "cancel", id: 2 }]]);
  });

  it("counts the bytes of events in each packet", async () => {
    const { clock, outbox, eventBytes } = create();
    outbox.write({ type: "cancel", id: 1 }, defaultLimits);
    const written = outbox.write(
      { type: "events", id: 1, kind: "live", rows: [{ bytes: new Uint8Array(50), start: 0, length: 50 }] },
      defaultLimits,
    );
    await clock.settle();
    outbox.write({ type: "cancel", id: 1 }, defaultLimits);
    await clock.settle();
    expect(eventBytes).toEqual([written, 0]);
  });

  it("flushes at once when asked, and not again at the end of the turn", async () => {
    const { clock, outbox, packets } = create();
    outbox.flush();
    outbox.write({ type: "cancel", id: 1 }, defaultLimits);
    outbox.flush();
    outbox.flush();
    expect(packets).toHaveLength(1);
    await clock.settle();
    expect(packets).toHaveLength(1);
  });

  it("hands over bytes that later writes do not touch", async () => {
    const { clock, outbox, packets } = create();
    outbox.write({ type: "cancel", id: 1 }, defaultLimits);
    await clock.settle();
    const before = packets[0]!.slice();
    outbox.write({ type: "cancel", id: 0xffff_ffff }, defaultLimits);
    await clock.settle();
    expect(packets[0]).toEqual(before);
  });
});
