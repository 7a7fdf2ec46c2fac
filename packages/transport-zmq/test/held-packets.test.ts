import { describe, expect, it } from "vitest";
import { HeldPackets } from "../src/held-packets.js";
import { bytes, clock } from "./ends.js";

const text = (packet: Uint8Array) => Buffer.from(packet).toString();
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("HeldPackets", () => {
  it("holds until resumed, then hands on in order and never inside resume", async () => {
    const delivered: string[] = [];
    const held = new HeldPackets(clock, 1_000, (packet) => void delivered.push(text(packet)));
    held.take(bytes("1"));
    held.resume();
    held.take(bytes("2"));
    expect(delivered).toEqual([]);
    await turn();
    held.take(bytes("3"));
    expect(delivered).toEqual(["1", "2", "3"]);
  });

  it("stops in the middle when a delivery pauses it", async () => {
    const delivered: string[] = [];
    const held: HeldPackets = new HeldPackets(clock, 1_000, (packet) => {
      delivered.push(text(packet));
      held.pause();
    });
    for (const each of ["1", "2"]) held.take(bytes(each));
    held.resume();
    await turn();
    expect(delivered).toEqual(["1"]);
    held.resume();
    await turn();
    expect(delivered).toEqual(["1", "2"]);
  });

  it("says when more is held than allowed, small packets counted at what they cost", () => {
    const held = new HeldPackets(clock, 200, () => {});
    expect([
      held.take(bytes("1")),
      held.take(bytes("2")),
      held.take(bytes("3")),
      held.take(bytes("4")),
    ]).toEqual([true, true, true, false]);
  });
});
