import { Socket } from "node:net";
import { expect, it, vi } from "vitest";
import { framePacket } from "../src/framing.js";
import { fullAtBytes } from "../src/socket-connection.js";
import {
  destroyed,
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

it("leaves a bounded amount unsent while the receiver pauses, and goes on after it", async () => {
  const write = vi.spyOn(Socket.prototype, "write");
  const { client, server, close } = await openPair();
  server.connection.pause();
  const chunk = largePacket(64 * 1024);
  let sent = 0;
  const fill = () => {
    for (let free = true; free; sent += 1) free = client.connection.send(chunk);
  };
  fill();
  const socket = write.mock.contexts.at(-1) as Socket;
  // First the kernel's buffers fill up. The pipe is full when a round of the loop has moved nothing.
  let before: number;
  do {
    before = socket.bytesWritten - socket.writableLength;
    await loopRound();
    if (client.heard.drains > 0) {
      client.heard.drains = 0;
      fill();
    }
  } while (socket.bytesWritten - socket.writableLength !== before);
  expect(socket.writableLength).toBeGreaterThanOrEqual(fullAtBytes);
  expect(socket.writableLength).toBeLessThan(fullAtBytes + 2 * 64 * 1024);
  expect(server.heard.packets).toEqual([]);

  server.connection.resume();
  await client.heard.until(() => client.heard.drains > 0);
  await server.heard.until(() => server.heard.packets.length === sent);
  write.mockRestore();
  await close();
});

it("keeps the packets of a chunk that was read already until resume", async () => {
  const { raw, server, close } = await openRaw();
  server.heard.onPacket = () => server.connection.pause();
  raw.write(Buffer.concat(["a", "b", "c"].map((text) => framePacket(packet(text)))));
  expect(await server.heard.texts(1)).toEqual(["a"]);
  server.connection.resume();
  expect(await server.heard.texts(2)).toEqual(["a", "b"]);
  server.connection.resume();
  expect(await server.heard.texts(3)).toEqual(["a", "b", "c"]);
  await close();
});

it("pauses also before start", async () => {
  const { listener, next } = await listen("tcp://127.0.0.1:0");
  const raw = await rawSocket(listener.url);
  raw.write(framePacket(packet("a")));
  const connection = await next();
  connection.pause();
  const server = started(connection);
  await loopRound();
  await loopRound();
  expect(server.heard.packets).toEqual([]);
  connection.resume();
  expect(await server.heard.texts(1)).toEqual(["a"]);
  await destroyed(raw);
  await connection.close();
  await listener.close();
});

it("delivers what waits before the end that came meanwhile", async () => {
  const { raw, server, close } = await openRaw();
  server.heard.onPacket = () => server.connection.pause();
  raw.end(Buffer.concat(["a", "b"].map((text) => framePacket(packet(text)))));
  await server.heard.texts(1);
  server.heard.onPacket = () => {};
  server.connection.resume();
  expect(await server.heard.ending()).toBeUndefined();
  expect(server.heard.packets.map(String)).toEqual(["a", "b"]);
  await close();
});

it("takes pause and resume within one delivery as no pause", async () => {
  const { raw, server, close } = await openRaw();
  server.heard.onPacket = () => {
    server.connection.pause();
    server.connection.resume();
  };
  raw.write(Buffer.concat(["a", "b"].map((text) => framePacket(packet(text)))));
  await server.heard.texts(2);
  raw.write(framePacket(packet("c")));
  expect(await server.heard.texts(3)).toEqual(["a", "b", "c"]);
  await close();
});
