import { once } from "node:events";
import { createServer, get, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { serve } from "@rpc/core";
import { type WsOptions, ws } from "@rpc/transport-ws";
import { expect, it } from "vitest";
import {
  connectOptions,
  destroyed,
  listen,
  listenOptions,
  lookForLeftovers,
  rawSocket,
  started,
} from "../../transport-tcp/test/pair.js";
import { type Answer, askUpgrade } from "./frames.js";

lookForLeftovers();

/** Asks one listener once, and closes everything. */
async function ask(
  options: WsOptions,
  headers: Record<string, string>,
  place = "ws://127.0.0.1:0/rpc",
): Promise<Answer & { peer?: string | undefined }> {
  const { listener, accepted } = await listen(place, { transport: ws(options) });
  const own = { Host: listener.url.host, ...headers };
  const answer = await askUpgrade(listener.url, own);
  if (answer.socket !== undefined) await destroyed(answer.socket);
  for (const connection of accepted) await connection.close();
  await listener.close();
  return { ...answer, peer: accepted[0]?.peer.address };
}

const page = (origin: string, host = "127.0.0.1") => ({ Origin: origin, Host: host });

it.each([
  ["a peer that is no browser", {}, {}, 101],
  ["a page of the same host", {}, page("http://127.0.0.1"), 101],
  ["a page of localhost", {}, page("http://localhost:5000", "localhost:5000"), 101],
  ["a page of another port", {}, page("http://127.0.0.1:1"), 403],
  ["a page of another host", {}, page("https://evil.example"), 403],
  ["a strange name that leads to loopback", {}, page("http://evil.example", "evil.example"), 403],
  ["a page without an origin of its own", {}, page("null"), 403],
  ["a page that is listed", { origins: ["https://desk.example"] }, page("https://desk.example"), 101],
  [
    "its own page when another is listed",
    { origins: ["https://desk.example"] },
    page("http://127.0.0.1"),
    403,
  ],
  [
    "a page of a listed host by another scheme",
    { origins: ["https://desk.example"] },
    page("http://desk.example"),
    403,
  ],
  ["any page when all are listed", { origins: ["*"] }, page("https://evil.example"), 101],
] as const)("answers %s", async (_who, options, headers, status) => {
  expect((await ask(options, headers)).status).toBe(status);
});

it("says which origin was refused and what to do, to the peer and in the log", async () => {
  const warnings: string[] = [];
  const { listener } = await listen("ws://127.0.0.1:0", { transport: ws(), warnings });
  const { words } = await askUpgrade(listener.url, { Origin: "https://evil.example" });
  expect(words).toBe(
    'a page of "https://evil.example" may not connect here; to allow it, add it to origins of ws()',
  );
  expect(warnings).toEqual([expect.stringContaining(words)]);
  await listener.close();
});

it.each([
  [{ "Sec-WebSocket-Protocol": "soap" }, 400, "expected the subprotocol rpc.1 in Sec-WebSocket-Protocol"],
  [{ "Sec-WebSocket-Protocol": "soap, rpc.1" }, 101, ""],
  [{ "Sec-WebSocket-Version": "12" }, 400, /Sec-WebSocket-Version/],
])("answers %j with %i", async (headers, status, words) => {
  const answer = await ask({}, headers as Record<string, string>);
  expect(answer.status).toBe(status);
  expect(answer.words).toMatch(words);
});

it("answers 404 at another path and 426 to plain HTTP", async () => {
  const { listener } = await listen("ws://127.0.0.1:0/rpc", { transport: ws() });
  expect(await askUpgrade(new URL("/other", listener.url))).toMatchObject({
    status: 404,
    words: "no WebSocket at this path",
  });
  const plain = get({ host: "127.0.0.1", port: listener.url.port, agent: false });
  const [answer] = await once(plain, "response");
  expect([answer.statusCode, answer.headers.upgrade]).toEqual([426, "websocket"]);
  await once(answer.resume(), "close");
  await listener.close();
});

it.each([
  "GET // HTTP/1.1",
  "GET http://[ HTTP/1.1",
  "GET * HTTP/1.1",
  "OPTIONS /rpc HTTP/1.1",
  "POST /rpc HTTP/1.1",
  "GET /rpc HTTP/1.0",
])("survives a stranger who asks %j", async (line) => {
  const { listener, accepted } = await listen("ws://127.0.0.1:0/rpc", { transport: ws() });
  for (const headers of [
    "Host: [",
    "Host: a\r\nOrigin: ://",
    "Host: a\r\nOrigin: http://a\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: rpc.1, rpc.1",
  ]) {
    const stranger = await rawSocket(listener.url);
    const ended = once(
      stranger.resume().on("error", () => {}),
      "end",
    );
    stranger.write(`${line}\r\n${headers}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    await ended;
    await destroyed(stranger);
  }
  expect(accepted).toEqual([]);
  const asked = await askUpgrade(listener.url);
  expect(asked.status).toBe(101);
  await destroyed(asked.socket as Socket);
  await accepted[0]?.close();
  await listener.close();
});

it("believes X-Forwarded-For only when asked to, and only what the nearest proxy wrote", async () => {
  const headers = { "X-Forwarded-For": "6.6.6.6, 10.0.0.7" };
  expect((await ask({}, headers)).peer).toMatch(/^127\.0\.0\.1:\d+$/);
  expect((await ask({ trustProxy: true }, headers)).peer).toBe("10.0.0.7");
  expect((await ask({ trustProxy: true }, {})).peer).toMatch(/^127\.0\.0\.1:\d+$/);
});

it("counts connections by the address that a trusted proxy tells", async () => {
  const { listener, next } = await listen("ws://127.0.0.1:0", {
    transport: ws({ trustProxy: true }),
    maxConnectionsPerAddress: 1,
  });
  const from = (address: string) => askUpgrade(listener.url, { "X-Forwarded-For": address });
  const first = await from("10.0.0.7");
  expect(await from("10.0.0.7")).toMatchObject({
    status: 503,
    words: "maxConnectionsPerAddress 1 reached by 10.0.0.7",
  });
  const other = await from("10.0.0.8");
  expect(other.status).toBe(101);
  const heard = started(await next()).heard;
  await destroyed(first.socket as Socket);
  await heard.ending();
  const again = await from("10.0.0.7");
  expect(again.status).toBe(101);
  await Promise.all([destroyed(other.socket as Socket), destroyed(again.socket as Socket)]);
  for (const number of [2, 3]) await (await next(number)).close();
  await listener.close();
});

it("closes sockets above the limit at once, and drops those that asked for nothing when it closes", async () => {
  const { listener } = await listen("ws://127.0.0.1:0", { transport: ws(), maxConnections: 1 });
  const silent = await rawSocket(listener.url);
  const refused = await rawSocket(listener.url);
  await once(
    refused.resume().on("error", () => {}),
    "end",
  );
  const dropped = once(
    silent.resume().on("error", () => {}),
    "end",
  );
  await listener.close();
  await dropped;
  await Promise.all([destroyed(silent), destroyed(refused)]);
});

it.each([
  ["ws://127.0.0.1:0", {}, "local"],
  ["ws://[::1]:0", {}, "local"],
  ["ws://0.0.0.0:0", {}, "open"],
  ["ws://127.0.0.1:0", { trustProxy: true }, "open"],
  ["wss://0.0.0.0:0", { tls: { requestCert: true, ca: "x" } }, "authenticated"],
] as const)("tells who can reach %s with %j: %s", (url, options, exposure) => {
  expect(ws(options).exposure(new URL(url))).toBe(exposure);
});

async function httpServer(host = "127.0.0.1"): Promise<Server> {
  const server = createServer((_request, response) => void response.end("page"));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return server;
}

it("serves beside the pages of a server that is there, and leaves it as it was", async () => {
  const server = await httpServer();
  const { port } = server.address() as AddressInfo;
  const serving = await serve([], { transports: [ws({ server })], listen: "ws://127.0.0.1:0/rpc" }).catch(
    (error: Error) => error,
  );
  expect(serving).toBeInstanceOf(Error);
  const { listener, accepted } = await listen("ws://127.0.0.1:0/rpc", { transport: ws({ server }) });
  expect(listener.url.href).toBe(`ws://127.0.0.1:${port}/rpc`);
  const asked = await askUpgrade(listener.url);
  expect(asked.status).toBe(101);
  await destroyed(asked.socket as Socket);
  await accepted[0]?.close();
  const [answer] = await once(get({ host: "127.0.0.1", port, agent: false }), "response");
  expect(answer.statusCode).toBe(200);
  await once(answer.resume(), "close");
  await expect(listen(listener.url.href, { transport: ws({ server }) })).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("in use"),
  });
  await listener.close();
  expect(server.listenerCount("upgrade")).toBe(0);
  await (await listen(listener.url.href, { transport: ws({ server }) })).listener.close();
  server.close();
});

it("leaves upgrades at other paths to who else listens for them", async () => {
  const server = await httpServer();
  server.on("upgrade", (request, socket) => {
    if (request.url === "/other")
      socket.end("HTTP/1.1 418 Mine\r\nContent-Length: 0\r\n\r\n", () => socket.destroy());
  });
  const { listener } = await listen("ws://127.0.0.1:0/rpc", { transport: ws({ server }) });
  expect((await askUpgrade(new URL("/other", listener.url))).status).toBe(418);
  await listener.close();
  server.close();
});

it("asks a server that is there where it listens, whatever the URL says", async () => {
  const server = await httpServer("0.0.0.0");
  expect(ws({ server }).exposure(new URL("ws://127.0.0.1:0"))).toBe("open");
  const { port } = server.address() as AddressInfo;
  for (const [url, message] of [
    [`ws://127.0.0.1:${port + 1}`, `listens at port ${port}, the URL is`],
    ["wss://127.0.0.1:0", "is one for ws://"],
    ["ws://127.0.0.1:0/?x=1", "takes no query to listen at"],
  ] as const) {
    await expect(ws({ server }).listen(new URL(url), listenOptions(), () => {})).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(message),
    });
  }
  await new Promise((resolve) => server.close(resolve));
  await expect(
    ws({ server }).listen(new URL("ws://127.0.0.1:0"), listenOptions(), () => {}),
  ).rejects.toMatchObject({ message: expect.stringContaining("listens at no port yet") });
});

it.each([
  [{ origin: ["x"] }, "unknown option origin of ws(); known are tls, server, origins, trustProxy"],
  [
    { origins: ["desk.example"] },
    'origins of ws() takes origins such as https://desk.example, "null" or "*", got "desk.example"',
  ],
  [{ origins: ["https://desk.example/page"] }, "origins of ws() takes origins"],
  [{ server: {} }, "server of ws() must be a server of node:http or node:https"],
  [{ trustProxy: 1 }, "trustProxy of ws() must be true or false, got 1"],
])("refuses %j at start", (options, message) => {
  expect(() => ws(options as object)).toThrow(message);
});

it.each([
  ["ws://user:secret@127.0.0.1:1", "takes no user or password; give credentials to connect()"],
  ["ws://127.0.0.1:0", "port 0 of ws://127.0.0.1:0 is for listening"],
  ["ws://127.0.0.1:1/#x", "takes no fragment, got #x"],
])("refuses to connect to %s", async (url, message) => {
  await expect(ws().connect(new URL(url), connectOptions())).rejects.toMatchObject({
    code: "invalid_argument",
    message: expect.stringContaining(message),
  });
});
