import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RpcError } from "@rpc/core/transport";
import { tcp } from "@rpc/transport-tcp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bind } from "../src/bind.js";
import { connectError } from "../src/socket-errors.js";
import { connectOptions, listen, lookForLeftovers, openPair, packet } from "./pair.js";

lookForLeftovers();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "connect-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function connectFailure(url: string, signal?: AbortSignal): Promise<RpcError> {
  const reason: unknown = await tcp()
    .connect(new URL(url), connectOptions({}, signal))
    .catch((error: unknown) => error);
  if (!RpcError.is(reason)) throw new Error(`expected an RpcError, got ${String(reason)}`);
  expect(reason.outcome).toBe("not-executed");
  return reason;
}

it("tells that nobody listens", async () => {
  const { listener } = await listen("tcp://127.0.0.1:0");
  await listener.close();
  const error = await connectFailure(listener.url.href);
  expect(error.code).toBe("unavailable");
  expect(error.message).toBe(`nobody listens at ${listener.url.href} (ECONNREFUSED)`);
});

it("tells that both addresses of a name were refused", async () => {
  const { listener } = await listen("tcp://127.0.0.1:0");
  await listener.close();
  const error = await connectFailure(`tcp://localhost:${listener.url.port}`);
  expect(error.message).toBe(`nobody listens at tcp://localhost:${listener.url.port} (ECONNREFUSED)`);
});

it("tells that a socket file is missing, left over, or none", async () => {
  expect((await connectFailure(`unix:${folder}/missing`)).message).toBe(
    `nobody listens at unix:${folder}/missing: there is no such file (ENOENT)`,
  );
  writeFileSync(join(folder, "text"), "");
  expect((await connectFailure(`unix:${folder}/text`)).message).toBe(
    `nobody listens at unix:${folder}/text (ECONNREFUSED)`,
  );
});

it.each([
  ["ENOTFOUND", "unavailable", "host desk.example not found (ENOTFOUND)"],
  ["EAI_AGAIN", "unavailable", "host desk.example cannot be looked up now (EAI_AGAIN)"],
  ["ETIMEDOUT", "unavailable", "no way to tcp://desk.example:1 (ETIMEDOUT); check network and firewall"],
  ["EACCES", "permission_denied", "not permitted to connect to tcp://desk.example:1 (EACCES)"],
  [
    "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
    "unauthenticated",
    "tcp://desk.example:1 refused this side's certificate: what Node says (ERR_SSL_TLSV1_ALERT_UNKNOWN_CA)",
  ],
  ["EMFILE", "unavailable", "cannot connect to tcp://desk.example:1: what Node says (EMFILE)"],
])("has a sentence for %s", (code, rpcCode, message) => {
  const error = connectError(
    new URL("tcp://desk.example:1"),
    Object.assign(new Error("what Node says"), { code }),
  );
  expect(error).toMatchObject({ code: rpcCode, message, outcome: "not-executed" });
});

it("refuses a URL that makes no sense", async () => {
  expect((await connectFailure("tcp://127.0.0.1")).code).toBe("invalid_argument");
  const error = await connectFailure("tcp://127.0.0.1:0");
  expect(error.code).toBe("invalid_argument");
  expect(error.message).toBe("port 0 of tcp://127.0.0.1:0 is for listening; expected the port of a server");
});

it("gives up when told to, before, during and at the end of an attempt", async () => {
  expect((await connectFailure("tcp://127.0.0.1:9", AbortSignal.abort("enough"))).code).toBe("cancelled");

  const { listener } = await listen("tcp://127.0.0.1:0");
  const attempt = new AbortController();
  const failing = connectFailure(listener.url.href, attempt.signal);
  await Promise.resolve();
  attempt.abort(new RpcError("deadline_exceeded", "not connected after 5 s", { outcome: "not-executed" }));
  expect((await failing).message).toBe("not connected after 5 s");
  await listener.close();
});

it("gives up a TLS handshake that the server never answers", async () => {
  const sockets: Socket[] = [];
  const attempt = new AbortController();
  const server = createServer((socket) => {
    sockets.push(socket);
    attempt.abort("too slow");
  });
  await bind(server, { host: "127.0.0.1", port: 0 });
  const { port } = server.address() as { port: number };
  expect((await connectFailure(`tls://127.0.0.1:${port}`, attempt.signal)).code).toBe("cancelled");
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

it("leaves no listener on the signal of an attempt that is over", async () => {
  const { listener, next } = await listen("tcp://127.0.0.1:0");
  const attempt = new AbortController();
  const connection = await tcp().connect(listener.url, connectOptions({}, attempt.signal));
  attempt.abort();
  const accepted = await next();
  expect(connection.send(packet("still open"))).toBe(true);
  await Promise.all([connection.close(), accepted.close()]);
  await listener.close();
});

it("speaks IPv6", async () => {
  const { client, server, listener, close } = await openPair("tcp://[::1]:0");
  expect(listener.url.href).toMatch(/^tcp:\/\/\[::1\]:\d+$/);
  expect(client.connection.peer.address).toBe(`[::1]:${listener.url.port}`);
  client.connection.send(packet("six"));
  expect(await server.heard.texts(1)).toEqual(["six"]);
  await close();
});
