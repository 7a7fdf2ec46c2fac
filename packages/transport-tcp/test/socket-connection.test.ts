import { tcp } from "@rpc/transport-tcp";
import { expect, it, vi } from "vitest";
import { framePacket } from "../src/framing.js";
import {
  connectOptions,
  largePacket,
  listen,
  lookForLeftovers,
  openPair,
  openRaw,
  packet,
  rawSocket,
  started,
} from "./pair.js";

lookForLeftovers();

it("carries packets both ways, in order", async () => {
  const { client, server, close } = await openPair();
  for (const text of ["one", "two", "three"]) client.connection.send(packet(text));
  expect(await server.heard.texts(3)).toEqual(["one", "two", "three"]);
  server.connection.send(packet("back"));
  expect(await client.heard.texts(1)).toEqual(["back"]);
  await close();
});

it("carries a packet larger than any buffer whole", async () => {
  const { client, server, close } = await openPair();
  const large = largePacket(3_000_000);
  client.connection.send(large);
  client.connection.send(packet("after"));
  await server.heard.texts(2);
  expect(server.heard.packets[0]?.equals(large)).toBe(true);
  await close();
});

it("holds a packet's bytes until the kernel has them", async () => {
  const { client, server, close } = await openPair();
  client.connection.send(packet("small"));
  expect(client.connection.holding).toBe(false);
  server.connection.pause();
  while (client.connection.send(largePacket(100_000)));
  expect(client.connection.holding).toBe(true);
  server.connection.resume();
  await vi.waitFor(() => expect(client.connection.holding).toBe(false));
  await close();
});

it("takes a packet that comes in single bytes", async () => {
  const { raw, server, close } = await openRaw();
  raw.setNoDelay(true);
  for (const byte of framePacket(packet("slowly"))) raw.write(Uint8Array.of(byte));
  expect(await server.heard.texts(1)).toEqual(["slowly"]);
  await close();
});

it("keeps what came before start for it", async () => {
  const { listener, next } = await listen("tcp://127.0.0.1:0");
  const client = started(await tcp().connect(listener.url, connectOptions()));
  client.connection.send(packet("early"));
  const connection = await next();
  // A second connection there and back: by then the packet has long been in the socket.
  (await rawSocket(listener.url)).destroy();
  await (await next(2)).close();
  const server = started(connection);
  expect(server.heard.packets).toEqual([]);
  expect(await server.heard.texts(1)).toEqual(["early"]);
  await client.connection.close();
  await server.heard.ending();
  await listener.close();
});

it("sends before start", async () => {
  const { listener, next } = await listen("tcp://127.0.0.1:0");
  const connection = await tcp().connect(listener.url, connectOptions());
  connection.send(packet("hello"));
  const server = started(await next());
  expect(await server.heard.texts(1)).toEqual(["hello"]);
  await connection.close();
  await server.heard.ending();
  await listener.close();
});

it("can be started once only", async () => {
  const { client, close } = await openPair();
  expect(() => client.connection.start(client.heard)).toThrow(TypeError);
  await close();
});

it("names its peer", async () => {
  const { client, server, listener, close } = await openPair();
  expect(client.connection.peer).toEqual({ scheme: "tcp", address: `127.0.0.1:${listener.url.port}` });
  expect(server.connection.peer.address).toMatch(/^127\.0\.0\.1:\d+$/);
  await close();
});
