import { once } from "node:events";
import { connect } from "node:tls";
import { tcp } from "@rpc/transport-tcp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Certificates, contents, createCertificates } from "./certificates.js";
import {
  connectOptions,
  destroyed,
  largePacket,
  listen,
  lookForLeftovers,
  openPair,
  packet,
  rawSocket,
  started,
} from "./pair.js";

lookForLeftovers();

let certificates: Certificates;
beforeAll(() => {
  certificates = createCertificates();
});
afterAll(() => certificates.remove());

const anyPort = "tls://127.0.0.1:0";
const serving = () => tcp({ tls: certificates.server });
const trusting = () => tcp({ tls: { caFile: certificates.caFile } });
const asking = () => tcp({ tls: { ...certificates.server, caFile: certificates.caFile, requestCert: true } });
const asAlice = () => tcp({ tls: { ...certificates.client, caFile: certificates.caFile } });

describe("tls", () => {
  it("carries packets both ways, and closes in order", async () => {
    const { client, server, close } = await openPair(anyPort, {
      transport: serving(),
      clientTransport: trusting(),
    });
    const large = largePacket(1_000_000);
    for (const content of [packet("secret"), large]) client.connection.send(content);
    await server.heard.texts(2);
    expect(server.heard.packets[1]?.equals(large)).toBe(true);
    server.connection.send(packet("back"));
    expect(await client.heard.texts(1)).toEqual(["back"]);
    await close();
    expect([client.heard.endings, server.heard.endings]).toEqual([[undefined], [undefined]]);
  });

  it("takes contents as well as files, a name as well as an address, and one transport for both sides", async () => {
    const transport = tcp({ tls: { ...contents(certificates.server), caFile: certificates.caFile } });
    const { client, listener, close } = await openPair("tls://localhost:0", { transport });
    expect(listener.url.href).toMatch(/^tls:\/\/localhost:\d+$/);
    expect(client.connection.peer.identity).toMatchObject({ commonName: "server" });
    await close();
  });

  it("obeys back-pressure", async () => {
    const { client, server, close } = await openPair(anyPort, {
      transport: serving(),
      clientTransport: trusting(),
    });
    let sent = 1;
    while (client.connection.send(largePacket(64 * 1024))) sent += 1;
    await client.heard.until(() => client.heard.drains === 1);
    await server.heard.until(() => server.heard.packets.length === sent);
    await close();
  });

  it("needs a key and a certificate to listen", async () => {
    await expect(listen(anyPort)).rejects.toMatchObject({
      code: "invalid_argument",
      message: `${anyPort} needs a private key and a certificate; give tcp({ tls: { keyFile, certFile } })`,
    });
  });

  it("refuses a key that is none, on either side", async () => {
    const broken = tcp({ tls: { key: "nonsense", cert: "nonsense" } });
    const refusal = { code: "invalid_argument", message: expect.stringMatching(/^tls options refused: /) };
    await expect(listen(anyPort, { transport: broken })).rejects.toMatchObject(refusal);
    await expect(broken.connect(new URL("tls://127.0.0.1:1"), connectOptions())).rejects.toMatchObject(
      refusal,
    );
  });
});

describe("a client", () => {
  it.each([
    ["an unknown authority", "server", () => tcp(), /; give the certificate of its authority as tls.caFile$/],
    ["another name", "elsewhere", trusting, /ERR_TLS_CERT_ALTNAME_INVALID\)$/],
    ["yesterday", "expired", trusting, /certificate has expired \(CERT_HAS_EXPIRED\)$/],
    ["a strange authority", "stranger", trusting, /unable to .*UNABLE_TO_/],
  ] as const)("refuses a certificate of %s", async (_whose, which, clientTransport, why) => {
    const { listener, accepted } = await listen(anyPort, { transport: tcp({ tls: certificates[which] }) });
    const error = await clientTransport()
      .connect(listener.url, connectOptions())
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "unauthenticated", outcome: "not-executed" });
    expect((error as Error).message).toMatch(`certificate of ${listener.url.href} refused: `);
    expect((error as Error).message).toMatch(why);
    await listener.close();
    for (const connection of accepted) await connection.close();
  });

  it("tells that a server does not speak TLS", async () => {
    const { listener, accepted, next } = await listen("tcp://127.0.0.1:0");
    const url = new URL(`tls://127.0.0.1:${listener.url.port}`);
    const connecting = tcp().connect(url, connectOptions());
    const failing = expect(connecting).rejects.toMatchObject({
      code: "unavailable",
      outcome: "not-executed",
    });
    expect((await started(await next()).heard.ending())?.message).toBe("the peer speaks TLS");
    await failing;
    expect(accepted.length).toBe(1);
    await listener.close();
  });
});

describe("client certificates", () => {
  it("tell the server who the client is", async () => {
    const { server, close } = await openPair(anyPort, { transport: asking(), clientTransport: asAlice() });
    expect(server.connection.peer.identity).toEqual({
      commonName: "alice",
      subject: ["O=desk", "CN=alice"],
      altNames: ["DNS:alice.example", "URI:urn:desk:alice"],
      fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    });
    await close();
  });

  it.each([
    ["no certificate", () => trusting()],
    [
      "one of a strange authority",
      () => tcp({ tls: { ...certificates.stranger, caFile: certificates.caFile } }),
    ],
  ])("keep out a client with %s", async (_which, clientTransport) => {
    const warnings: string[] = [];
    const { listener, accepted } = await listen(anyPort, { transport: asking(), warnings });
    // In TLS 1.3 the client is done before the server has looked at its certificate.
    const client = started(await clientTransport().connect(listener.url, connectOptions()));
    expect((await client.heard.ending())?.message).toBe(
      `${listener.url.href} ended the connection right after the TLS handshake: it wants a client certificate ` +
        "(tls.keyFile, tls.certFile), or refused this one; its log says which",
    );
    expect(accepted).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(`^${listener.url.href}: TLS handshake failed: `)]);
    await client.connection.close();
    await listener.close();
  });

  it("are no identity when they are not verified", async () => {
    const transport = tcp({
      tls: {
        ...certificates.server,
        caFile: certificates.caFile,
        requestCert: true,
        rejectUnauthorized: false,
      },
    });
    const { server, close } = await openPair(anyPort, {
      transport,
      clientTransport: tcp({ tls: { ...certificates.stranger, caFile: certificates.caFile } }),
    });
    expect(server.connection.peer.identity).toBeUndefined();
    await close();
  });
});

describe("a TLS listener", () => {
  it("survives clients that speak no TLS, leave, or reset in the middle of a handshake", async () => {
    const warnings: string[] = [];
    const { listener, accepted, next } = await listen(anyPort, { transport: serving(), warnings });
    const babbler = await rawSocket(listener.url);
    babbler.allowHalfOpen = false;
    babbler.on("error", () => {}).write("GET / HTTP/1.1\r\n\r\n");
    await once(babbler.resume(), "close");
    const leaver = await rawSocket(listener.url);
    await destroyed(leaver);
    const resetter = await rawSocket(listener.url);
    resetter.write(Buffer.from([22, 3, 1]));
    resetter.resetAndDestroy();
    const client = started(await trusting().connect(listener.url, connectOptions()));
    await (await next()).close();
    await client.heard.ending();
    expect(accepted.length).toBe(1);
    expect(warnings.length).toBe(1);
    await listener.close();
  });

  it("counts handshakes among its connections, and drops them when it closes", async () => {
    const { listener, accepted } = await listen(anyPort, { transport: serving(), maxConnections: 1 });
    const silent = await rawSocket(listener.url);
    const refused = await rawSocket(listener.url);
    await once(refused.resume(), "end");
    const dropped = once(silent.resume(), "end");
    await listener.close();
    await dropped;
    await Promise.all([destroyed(silent), destroyed(refused)]);
    expect(accepted).toEqual([]);
  });

  it("ends a handshake that takes too long", async () => {
    const warnings: string[] = [];
    const transport = tcp({ tls: { ...certificates.server, handshakeTimeout: 20 } });
    const { listener } = await listen(anyPort, { transport, warnings });
    const silent = await rawSocket(listener.url);
    await once(silent.resume(), "end");
    expect(warnings[0]).toMatch(/TLS handshake failed: .*ERR_TLS_HANDSHAKE_TIMEOUT/);
    await destroyed(silent);
    await listener.close();
  });

  it("frees the place of a connection that ended", async () => {
    const { listener, next } = await listen(anyPort, { transport: serving(), maxConnections: 1 });
    for (let round = 1; round <= 3; round += 1) {
      const client = started(await trusting().connect(listener.url, connectOptions()));
      const server = started(await next(round));
      await client.connection.close();
      await server.heard.ending();
    }
    await listener.close();
  });

  it.each([
    ["TLS 1.3 by default", {}, "TLSv1.2"],
    ["TLS 1.2 when asked to", { minVersion: "TLSv1.2" }, "TLSv1.1"],
    ["TLS 1.2 when it is the newest allowed", { maxVersion: "TLSv1.2" }, "TLSv1.1"],
  ] as const)("speaks no version older than %s", async (_which, versions, tooOld) => {
    const { listener } = await listen(anyPort, {
      transport: tcp({ tls: { ...certificates.server, ...versions } }),
    });
    const old = connect({
      host: "127.0.0.1",
      port: Number(listener.url.port),
      rejectUnauthorized: false,
      minVersion: "TLSv1",
      maxVersion: tooOld,
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    const [error] = (await once(old, "error")) as [Error];
    expect(error.message).toMatch(/protocol version/);
    await listener.close();
  });
});
