import { copyFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createPlainServer } from "node:net";
import { join } from "node:path";
import { connect } from "@rpc/core";
import { ws } from "@rpc/transport-ws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { type Certificates, createCertificates, type Pem } from "../../transport-tcp/test/certificates.js";
import { connectOptions, listen, lookForLeftovers } from "../../transport-tcp/test/pair.js";

lookForLeftovers();

let certificates: Certificates;
beforeAll(() => {
  certificates = createCertificates();
});
afterAll(() => certificates.remove());

async function failure(url: URL | string, transport = ws()): Promise<unknown> {
  return await transport.connect(new URL(url), connectOptions()).then(
    () => "connected",
    (error: unknown) => error,
  );
}

async function withHttp(answer: RequestListener, look: (url: URL) => Promise<void>): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await look(new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/rpc`));
  await new Promise((resolve) => server.close(resolve));
}

it.each([
  [
    404,
    "text/plain",
    "no such page",
    "unavailable",
    "answered 404: no such page; no WebSocket is served at this path",
  ],
  [200, "text/html", "<html>", "unavailable", "answered 200: OK; no WebSocket is served at this path"],
  [426, "text/plain", "upgrade!\u001b[31m", "unavailable", "answered 426: upgrade! [31m; no WebSocket"],
  [403, "text/plain", "not from there", "permission_denied", "answered 403: not from there"],
  [401, "text/plain", "who are you", "unauthenticated", "answered 401: who are you"],
  [503, "text/plain", "later", "unavailable", "answered 503: later"],
])("tells that a server answered %i (%s)", async (status, type, body, code, message) => {
  const answer: RequestListener = (_request, response) =>
    void response.writeHead(status, { "Content-Type": type }).end(body);
  await withHttp(answer, async (url) => {
    expect(await failure(url)).toMatchObject({
      code,
      outcome: "not-executed",
      message: expect.stringContaining(`${url.href} ${message}`),
    });
  });
});

it("says once that there is no WebSocket at a path", async () => {
  const answer: RequestListener = (_request, response) =>
    void response.writeHead(404, { "Content-Type": "text/plain" }).end("no WebSocket at this path");
  await withHttp(answer, async (url) => {
    expect(await failure(url)).toMatchObject({
      message: `${url.href} answered 404: no WebSocket at this path`,
    });
  });
});

it("tells that a WebSocket is not one of @rpc", async () => {
  const strange = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => false });
  await new Promise((resolve) => strange.once("listening", resolve));
  expect(await failure(`ws://127.0.0.1:${(strange.address() as AddressInfo).port}`)).toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("speaks WebSocket but not rpc.1"),
  });
  await new Promise((resolve) => strange.close(resolve));
});

it("tells that nobody listens, that no name is known, and what does not answer in HTTP", async () => {
  const server = createPlainServer(
    (socket) =>
      void socket
        .resume()
        .on("error", () => {})
        .end("hello\r\n"),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await failure(`ws://${place}`)).toMatchObject({
    code: "unavailable",
    message: expect.stringContaining(`ws://${place} does not answer in HTTP`),
  });
  await new Promise((resolve) => server.close(resolve));
  expect(await failure(`ws://${place}`)).toMatchObject({
    code: "unavailable",
    message: expect.stringContaining(`nobody listens at ws://${place}`),
  });
});

it("tells wss:// and ws:// apart when they are mixed up", async () => {
  const { listener: plain } = await listen("ws://127.0.0.1:0", { transport: ws() });
  expect(await failure(`wss://${plain.url.host}`)).toMatchObject({
    message: expect.stringContaining("does not speak TLS; is it a ws:// listener"),
  });
  await plain.close();
  const { listener: secure } = await listen("wss://127.0.0.1:0", {
    transport: ws({ tls: certificates.server }),
  });
  expect(await failure(`ws://${secure.url.host}`)).toMatchObject({
    message: expect.stringContaining("is it a wss:// listener"),
  });
  await secure.close();
});

it("takes no certificate that it does not trust, and hints at caFile", async () => {
  const { listener } = await listen("wss://127.0.0.1:0", { transport: ws({ tls: certificates.server }) });
  expect(await failure(listener.url)).toMatchObject({
    code: "unauthenticated",
    message: expect.stringContaining("give the certificate of its authority as tls.caFile"),
  });
  await listener.close();
});

it("tells the server whose certificate a client has", async () => {
  const { caFile } = certificates;
  const transport = ws({ tls: { ...certificates.server, caFile, requestCert: true } });
  const { listener, next } = await listen("wss://127.0.0.1:0", { transport });
  const client = await ws({ tls: { ...certificates.client, caFile } }).connect(
    listener.url,
    connectOptions(),
  );
  const connection = await next();
  expect(connection.peer.identity).toMatchObject({ commonName: "alice" });
  await Promise.all([client.close(), connection.close()]);
  await listener.close();
});

it("takes renewed files for those who connect from then on", async () => {
  const files = {
    keyFile: join(certificates.folder, "now.key"),
    certFile: join(certificates.folder, "now.crt"),
  };
  const install = (pem: Pem) => {
    copyFileSync(pem.keyFile, files.keyFile);
    copyFileSync(pem.certFile, files.certFile);
  };
  install(certificates.server);
  const renewing = ws({ tls: files });
  const { listener, next } = await listen("wss://127.0.0.1:0", { transport: renewing });
  const trusting = ws({ tls: { caFile: certificates.caFile } });
  const open = await trusting.connect(listener.url, connectOptions());
  install(certificates.elsewhere);
  await renewing.reload();
  expect(await failure(listener.url, trusting)).toMatchObject({
    code: "unauthenticated",
    message: expect.stringContaining("ERR_TLS_CERT_ALTNAME_INVALID"),
  });
  await Promise.all([open.close(), (await next()).close()]);
  await listener.close();
});

it("needs a certificate to listen at wss://", async () => {
  await expect(listen("wss://127.0.0.1:0", { transport: ws() })).rejects.toMatchObject({
    code: "invalid_argument",
    message: expect.stringContaining(
      "needs a private key and a certificate; give ws({ tls: { keyFile, certFile } })",
    ),
  });
});

it("gives an attempt up when its caller does, and leaves nothing", async () => {
  const silent = createPlainServer(() => {});
  const met = new Promise<{ destroy(): void }>((resolve) => silent.on("connection", resolve));
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const giveUp = new AbortController();
  const url = new URL(`ws://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  const connecting = ws().connect(url, connectOptions({}, giveUp.signal));
  const socket = await met;
  giveUp.abort();
  await expect(connecting).rejects.toMatchObject({ code: "cancelled", outcome: "not-executed" });
  socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
});

it("is named when it is missing", async () => {
  await expect(connect("wss://desk.example", { transports: [] as never })).rejects.toThrow("no transports");
});
