import { fileURLToPath } from "node:url";
import { testTransport } from "@rpc/core/testing";
import { ws } from "@rpc/transport-ws";
import { platformLacks, ws as platformWs } from "@rpc/transport-ws/browser";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it, test, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { ManualClock } from "../../transport-tcp/test/manual-clock.js";
import { connectOptions, listen, packet, started } from "../../transport-tcp/test/pair.js";

// Node 20 has no WebSocket of its own; the one of `ws` keeps to the same interface.
beforeAll(() => void vi.stubGlobal("WebSocket", WebSocket));
afterAll(() => void vi.unstubAllGlobals());

testTransport({
  name: "the platform's WebSocket",
  test,
  create: async () => ({ serving: ws(), connecting: platformWs(), url: "ws://127.0.0.1:0/rpc" }),
  lacks: platformLacks,
  openHandles: () => process.getActiveResourcesInfo(),
});

async function openPair() {
  const clock = new ManualClock();
  const { listener, next } = await listen("ws://127.0.0.1:0", { transport: ws() });
  const connection = await platformWs().connect(listener.url, connectOptions({ clock }));
  const server = await next();
  const close = async () => {
    await Promise.all([connection.close(), server.close()]);
    await listener.close();
    expect(clock.timers).toBe(0);
  };
  return { clock, connection, server, close };
}

it("holds what comes before start and while it is paused, and tells the end behind it", async () => {
  const { connection, server, close } = await openPair();
  const far = started(server);
  for (const text of ["one", "two"]) far.connection.send(packet(text));
  const near = started(connection);
  near.heard.onPacket = () => connection.pause();
  expect(await near.heard.texts(1)).toEqual(["one"]);
  void far.connection.close();
  await far.heard.ending();
  expect(near.heard.endings).toEqual([]);
  near.heard.onPacket = () => {};
  connection.resume();
  expect(await near.heard.ending()).toBeUndefined();
  expect(near.heard.packets.map(String)).toEqual(["one", "two"]);
  await close();
});

it("ends for a peer that floods a paused receiver", async () => {
  const { connection, server, close } = await openPair();
  const far = started(server);
  const near = started(connection);
  connection.pause();
  connection.maxPacketBytes = 4 * 1024 * 1024;
  for (let sent = 0; sent < 5; sent += 1) far.connection.send(packet(new Uint8Array(4 * 1024 * 1024)));
  expect((await near.heard.ending())?.message).toMatch(/^the peer sent more than 16777216 bytes/);
  await close();
});

it("says that the pipe is full, and looks again until it is not", async () => {
  const { clock, connection, close } = await openPair();
  const near = started(connection);
  const buffered = vi.spyOn(WebSocket.prototype, "bufferedAmount", "get").mockReturnValue(300_000);
  expect(connection.send(packet("x"))).toBe(false);
  clock.advance(10);
  expect(near.heard.drains).toBe(0);
  buffered.mockRestore();
  clock.advance(10);
  expect(near.heard.drains).toBe(1);
  await close();
});

it("refuses text and packets over the limit", async () => {
  const babbling = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => babbling.once("listening", resolve));
  const { port } = babbling.address() as { port: number };
  for (const [message, why] of [
    ["text", "the peer sent a text message; packets are binary"],
    [new Uint8Array(11), "packet of 11 bytes exceeds 10"],
  ] as const) {
    babbling.once("connection", (socket) => socket.send(message));
    const options = connectOptions({ maxPacketBytes: 10 });
    const { heard } = started(await platformWs().connect(new URL(`ws://127.0.0.1:${port}`), options));
    expect((await heard.ending())?.message).toBe(why);
  }
  await new Promise((resolve) => babbling.close(resolve));
});

it("takes no options and does not listen", async () => {
  expect(() => platformWs({ origins: [] } as never)).toThrow("unknown option origins of ws()");
  const listening = platformWs().listen(new URL("ws://127.0.0.1:0"), undefined as never, () => {});
  await expect(listening).rejects.toMatchObject({ message: expect.stringContaining("only Node can listen") });
});

it("bundles nothing of Node and nothing of ws", async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL("../src/browser.ts", import.meta.url))],
    bundle: true,
    format: "esm",
    platform: "browser",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.filter((path) => /node_modules|transport-tcp|frame-watch/.test(path))).toEqual([]);
  expect(Object.values(metafile.outputs)[0]?.imports).toEqual([]);
});
