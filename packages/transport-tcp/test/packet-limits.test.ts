import { expect, it } from "vitest";
import { framePacket } from "../src/framing.js";
import { ManualClock } from "./manual-clock.js";
import { lookForLeftovers, openPair, openRaw, packet } from "./pair.js";

lookForLeftovers();

it("ends for a packet over the limit, before it is read", async () => {
  const { raw, server, close } = await openRaw({ maxPacketBytes: 4_194_304 });
  raw.on("error", () => {});
  raw.write(Buffer.from([1, 64, 0, 0]));
  expect((await server.heard.ending())?.message).toBe("packet of 20971520 bytes exceeds 4194304");
  expect(server.heard.packets).toEqual([]);
  await close();
});

it("ends for a packet over the limit that comes whole in one chunk", async () => {
  const { raw, server, close } = await openRaw({ maxPacketBytes: 5 });
  raw.on("error", () => {});
  raw.write(framePacket(packet("too long")));
  expect((await server.heard.ending())?.message).toBe("packet of 8 bytes exceeds 5");
  expect(server.heard.packets).toEqual([]);
  await close();
});

it("takes larger packets once the limit is raised, also within one chunk", async () => {
  const { raw, server, close } = await openRaw({ maxPacketBytes: 5 });
  server.heard.onPacket = () => {
    server.connection.maxPacketBytes = 100;
  };
  raw.write(Buffer.concat([framePacket(packet("hello")), framePacket(packet("a longer one"))]));
  expect(await server.heard.texts(2)).toEqual(["hello", "a longer one"]);
  await close();
});

it("ends for a packet of no bytes", async () => {
  const { raw, server, close } = await openRaw();
  raw.on("error", () => {});
  raw.write(Buffer.alloc(4));
  expect((await server.heard.ending())?.message).toBe("packet of 0 bytes; the smallest has 1");
  await close();
});

it("ends when a packet does not become whole", async () => {
  const clock = new ManualClock();
  const { raw, server, close } = await openRaw({ clock });
  raw.write(Buffer.concat([framePacket(packet("whole")), Buffer.from([0, 0, 0, 9, 1])]));
  await server.heard.texts(1);
  clock.advance(9_999);
  raw.write(Buffer.from([2]));
  expect(server.heard.endings).toEqual([]);
  clock.advance(1);
  expect((await server.heard.ending())?.message).toMatch(
    /^packet not whole after 10000 ms: [12] of 9 bytes came$/,
  );
  await close();
  expect(clock.timers).toBe(0);
});

it("does not count the time in which this side has paused", async () => {
  const clock = new ManualClock();
  const { raw, server, close } = await openRaw({ clock });
  const framed = framePacket(packet("patience"));
  raw.write(Buffer.concat([framePacket(packet("first")), framed.subarray(0, 6)]));
  await server.heard.texts(1);
  server.connection.pause();
  clock.advance(60_000);
  server.connection.resume();
  raw.write(framed.subarray(6));
  expect(await server.heard.texts(2)).toEqual(["first", "patience"]);
  await close();
});

it("ends at once when this side sends a packet of no bytes", async () => {
  const { client, server, close } = await openPair();
  expect(client.connection.send(packet(""))).toBe(false);
  expect((await client.heard.ending())?.message).toMatch("packet of 0 bytes cannot be sent");
  await server.heard.ending();
  await close();
});
