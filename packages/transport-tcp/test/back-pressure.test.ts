import { expect, it } from "vitest";
import { framePacket } from "../src/framing.js";
import { fullAtBytes } from "../src/socket-connection.js";
import { checkBackPressure, chunkBytes } from "./fill.js";
import {
  destroyed,
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
  const pair = await openPair();
  await checkBackPressure(pair, { fullAtBytes, framedBytes: chunkBytes });
  await pair.close();
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
