import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { framePacket } from "../src/framing.js";
import { ManualClock } from "./manual-clock.js";
import {
  largePacket,
  listen,
  lookForLeftovers,
  loopRound,
  openPair,
  openRaw,
  packet,
  rawSocket,
  started,
} from "./pair.js";

lookForLeftovers();

describe("the end of a connection", () => {
  it("comes in order on both sides when one closes, after everything sent", async () => {
    const { client, server, listener } = await openPair();
    for (let index = 0; index < 100; index += 1) client.connection.send(largePacket(20_000));
    await client.connection.close();
    expect(client.heard.endings).toEqual([undefined]);
    expect(await server.heard.ending()).toBeUndefined();
    expect(server.heard.packets.length).toBe(100);
    await listener.close();
  });

  it("comes once, however often and on whichever sides it is asked for", async () => {
    const { client, server, listener } = await openPair();
    await Promise.all([client.connection.close(), server.connection.close(), client.connection.close()]);
    await client.connection.close();
    expect(client.heard.endings).toEqual([undefined]);
    expect(server.heard.endings).toEqual([undefined]);
    await listener.close();
  });

  it("lets no packet through after close", async () => {
    const { client, server, close } = await openPair();
    server.connection.send(packet("too late"));
    const closing = client.connection.close();
    expect(client.connection.send(packet("dropped"))).toBe(false);
    await closing;
    expect(client.heard.packets).toEqual([]);
    await server.heard.ending();
    expect(server.heard.packets).toEqual([]);
    await close();
  });

  it("lets no packet of the same chunk through after a close in the middle of it", async () => {
    const { raw, server, close } = await openRaw();
    server.heard.onPacket = () => void server.connection.close();
    raw.write(Buffer.concat(["a", "b"].map((text) => framePacket(packet(text)))));
    raw.resume().on("end", () => raw.end());
    expect(await server.heard.ending()).toBeUndefined();
    expect(server.heard.packets.map(String)).toEqual(["a"]);
    await close();
  });

  it("comes when the peer closes only its half", async () => {
    const { raw, server, close } = await openRaw();
    raw.end(framePacket(packet("last")));
    expect(await server.heard.ending()).toBeUndefined();
    expect(server.heard.packets.map(String)).toEqual(["last"]);
    await close();
  });

  it("has a reason when the peer closes inside a packet", async () => {
    const { raw, server, close } = await openRaw();
    raw.end(Buffer.from([0, 0, 0, 100, 1, 2, 3]));
    expect((await server.heard.ending())?.message).toBe(
      "connection ended inside a packet: 3 of 100 bytes came",
    );
    await close();
  });

  it("has a reason when the peer resets the connection", async () => {
    const { raw, server, close } = await openRaw();
    raw.write(framePacket(packet("hi")));
    await server.heard.texts(1);
    raw.resetAndDestroy();
    const reason = await server.heard.ending();
    expect(reason?.message).toMatch(/^connection with 127\.0\.0\.1:\d+ broke: read ECONNRESET$/);
    expect(server.connection.send(packet("nobody"))).toBe(false);
    await close();
  });

  it("comes to a sender whose peer is gone", async () => {
    const { raw, server, close } = await openRaw();
    server.connection.pause();
    raw.resetAndDestroy();
    await once(raw, "close");
    server.connection.send(packet("into the void"));
    expect((await server.heard.ending())?.message).toMatch(/broke: .*(EPIPE|ECONNRESET)/);
    await close();
  });

  it("is told at start when it came before", async () => {
    const { listener, next } = await listen("tcp://127.0.0.1:0");
    const raw = await rawSocket(listener.url);
    const connection = await next();
    raw.resetAndDestroy();
    await once(raw, "close");
    connection.send(packet("into the void"));
    await connection.close();
    const { heard } = started(connection);
    expect(heard.endings).toEqual([]);
    expect((await heard.ending())?.message).toMatch(/broke: .*(EPIPE|ECONNRESET)/);
    await listener.close();
  });

  it("comes a second after close when the peer does not read, and tells what was not sent", async () => {
    const clock = new ManualClock();
    const { raw, server, close } = await openRaw({ clock });
    raw.pause();
    for (let index = 0; index < 40; index += 1) server.connection.send(largePacket(1_000_000));
    const closing = server.connection.close();
    clock.advance(999);
    await loopRound();
    expect(server.heard.endings).toEqual([]);
    clock.advance(1);
    await closing;
    expect(server.heard.endings[0]?.message).toMatch(/^\d+ bytes were not sent within 1000 ms of close$/);
    await close();
    expect(clock.timers).toBe(0);
  });

  it("comes a second after close when the peer has it all but stays", async () => {
    const clock = new ManualClock();
    const { raw, server, close } = await openRaw({ clock });
    raw.resume();
    const closing = server.connection.close();
    await once(raw, "end");
    expect(server.heard.endings).toEqual([]);
    clock.advance(1_000);
    await closing;
    expect(server.heard.endings).toEqual([undefined]);
    await close();
  });

  it("comes with the error of a receiver that throws", async () => {
    const { raw, server, close } = await openRaw();
    server.heard.onPacket = () => {
      throw new Error("bug");
    };
    raw.on("error", () => {}).write(framePacket(packet("hi")));
    expect((await server.heard.ending())?.message).toBe("bug");
    await close();
  });
});
