import { once } from "node:events";
import { Socket } from "node:net";
import { ws } from "@rpc/transport-ws";
import { expect, it, vi } from "vitest";
import { checkBackPressure } from "../../transport-tcp/test/fill.js";
import { ManualClock } from "../../transport-tcp/test/manual-clock.js";
import { largePacket, lookForLeftovers, loopRound, openPair, packet } from "../../transport-tcp/test/pair.js";
import { fullAtBytes } from "../src/ending.js";
import { frame } from "./frames.js";
import { openRaw } from "./raw.js";

lookForLeftovers();

const open = () => openPair("ws://127.0.0.1:0", { transport: ws() });

it("carries packets both ways, in order, larger ones than any buffer too", async () => {
  const { client, server, close } = await open();
  const large = largePacket(3_000_000);
  for (const content of [packet("one"), large, packet("three")]) client.connection.send(content);
  await server.heard.texts(3);
  expect(server.heard.packets[1]?.equals(large)).toBe(true);
  expect(String(server.heard.packets[2])).toBe("three");
  server.connection.send(packet("back"));
  expect(await client.heard.texts(1)).toEqual(["back"]);
  await close();
});

it("lets the packets of one turn leave in one write, from either side", async () => {
  const { client, server, close } = await open();
  const writev = vi.spyOn(Socket.prototype, "_writev");
  for (const text of ["one", "two", "three"]) client.connection.send(packet(text));
  await server.heard.texts(3);
  expect(writev).toHaveBeenCalledTimes(1);
  for (const text of ["one", "two", "three"]) server.connection.send(packet(text));
  await client.heard.texts(3);
  expect(writev).toHaveBeenCalledTimes(2);
  writev.mockRestore();
  await close();
});

it("ends in order on both sides when one closes", async () => {
  const { client, server, close } = await open();
  await client.connection.close();
  expect(await server.heard.ending()).toBeUndefined();
  expect(client.heard.endings).toEqual([undefined]);
  await close();
});

it("leaves a bounded amount unsent while the receiver pauses, and goes on after it", async () => {
  const pair = await open();
  await checkBackPressure(pair, { fullAtBytes, framedBytes: 65 * 1024 });
  await pair.close();
});

it("ends for a packet over the limit as soon as its header is there", async () => {
  const { raw, server, close } = await openRaw({ maxPacketBytes: 16_384 });
  raw.write(frame("x".repeat(20_000)).subarray(0, 8));
  expect((await server.heard.ending())?.message).toBe("packet of 20000 bytes exceeds 16384");
  expect(server.heard.packets).toEqual([]);
  await close();
});

it("ends for fragments that are over the limit together", async () => {
  const { raw, server, close } = await openRaw({ maxPacketBytes: 10 });
  raw.write(Buffer.concat([frame("123456", { final: false }), frame("78901", { opcode: 0, final: false })]));
  expect((await server.heard.ending())?.message).toBe("packet of 11 bytes exceeds 10");
  await close();
});

it("takes larger packets once the limit is raised, also within one chunk", async () => {
  const { raw, server, close } = await openRaw({ maxPacketBytes: 5 });
  server.heard.onPacket = () => {
    server.connection.maxPacketBytes = 100;
  };
  const second = frame("a longer one");
  raw.write(Buffer.concat([frame("hello"), second, second.subarray(0, 9)]));
  expect(await server.heard.texts(2)).toEqual(["hello", "a longer one"]);
  raw.write(second.subarray(9));
  expect(await server.heard.texts(3)).toEqual(["hello", "a longer one", "a longer one"]);
  await close();
});

it("ends when a packet does not become whole, and counts no time in which this side pauses", async () => {
  const clock = new ManualClock();
  const { raw, server, close } = await openRaw({ clock });
  const whole = frame("patience");
  raw.write(Buffer.concat([frame("first"), whole.subarray(0, 9)]));
  await server.heard.texts(1);
  server.connection.pause();
  clock.advance(60_000);
  server.connection.resume();
  raw.write(Buffer.concat([whole.subarray(9), whole.subarray(0, 9)]));
  await server.heard.texts(2);
  clock.advance(9_999);
  raw.write(whole.subarray(9, 10));
  await loopRound();
  await loopRound();
  expect(server.heard.endings).toEqual([]);
  clock.advance(1);
  expect((await server.heard.ending())?.message).toMatch(
    /^packet not whole after 10000 ms: [34] of 8 bytes came$/,
  );
  await close();
  expect(clock.timers).toBe(0);
});

it("refuses text, and tells the peer", async () => {
  const { raw, server, close } = await openRaw();
  const answer = once(raw, "data");
  raw.write(frame("hello?", { opcode: 1 }));
  const [told] = (await answer) as [Buffer];
  expect(told[0]).toBe(0x88);
  expect(told.readUInt16BE(2)).toBe(1003);
  expect(told.subarray(4).toString()).toBe("the peer sent a text message; packets are binary");
  raw.write(frame(told.subarray(2), { opcode: 8 }));
  expect((await server.heard.ending())?.message).toBe("the peer sent a text message; packets are binary");
  await close();
});

it.each([
  ["no bytes", frame(""), "packet of 0 bytes; the smallest has 1"],
  ["no mask", frame("bare", { masked: false }), /broke: Invalid WebSocket frame: MASK must be set/],
  [
    "compression that was not agreed on",
    Buffer.from([0xc2, 0x80, 0, 0, 0, 0]),
    /broke: Invalid WebSocket frame: RSV1/,
  ],
  [
    "a close with a code",
    frame(Buffer.from([15, 160, 110, 111]), { opcode: 8 }),
    /closed the WebSocket with 4000: no$/,
  ],
])("says why it ended after a frame of %s", async (_what, bytes, why) => {
  const { raw, server, close } = await openRaw();
  raw.resume().write(bytes);
  expect((await server.heard.ending())?.message).toMatch(why);
  await close();
});

it("says that a peer went without a close", async () => {
  const { raw, server, close } = await openRaw();
  raw.end();
  expect((await server.heard.ending())?.message).toMatch(
    /^connection with 127\.0\.0\.1:\d+ broke: it ended without a close$/,
  );
  await close();
});

it("gives up a close that the peer does not answer after a second", async () => {
  const clock = new ManualClock();
  const { raw, server, close } = await openRaw({ clock });
  const told = once(raw, "data");
  const closing = server.connection.close();
  await told;
  clock.advance(1_000);
  await closing;
  expect(server.heard.endings).toEqual([undefined]);
  await close();
});
