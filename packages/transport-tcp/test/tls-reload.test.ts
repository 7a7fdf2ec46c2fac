import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tcp } from "@rpc/transport-tcp";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Certificates, contents, createCertificates, type Pem } from "./certificates.js";
import {
  type Accepting,
  connectOptions,
  type End,
  listen,
  lookForLeftovers,
  packet,
  started,
} from "./pair.js";

lookForLeftovers();

let certificates: Certificates;
/** What the server is configured with; the tests replace the files. */
let files: { keyFile: string; certFile: string; caFile: string };
let opened: End[];

beforeEach(() => {
  certificates = createCertificates();
  const path = (name: string) => join(certificates.folder, name);
  files = { keyFile: path("current.key"), certFile: path("current.crt"), caFile: path("current-ca.crt") };
  install(certificates.server, certificates.caFile);
  opened = [];
});
afterEach(async () => {
  for (const { connection } of opened) await connection.close();
  certificates.remove();
});

function install(pem: Pem, caFile: string): void {
  copyFileSync(pem.keyFile, files.keyFile);
  copyFileSync(pem.certFile, files.certFile);
  copyFileSync(caFile, files.caFile);
}

async function connect({ listener }: Accepting, options: object = {}): Promise<End> {
  const tls = { caFile: certificates.caFile, ...options };
  const end = started(await tcp({ tls }).connect(listener.url, connectOptions()));
  opened.push(end);
  return end;
}

function nameOf(end: End): unknown {
  return (end.connection.peer.identity as { commonName?: string }).commonName;
}

it("presents a renewed certificate to newcomers, and keeps the connections it has", async () => {
  const transport = tcp({ tls: files });
  const first = await listen("tls://127.0.0.1:0", { transport });
  const second = await listen("tls://127.0.0.1:0", { transport });
  const early = await connect(first);
  const served = started(await first.next());
  install(certificates.stranger, certificates.caFile);
  await transport.reload();
  const trusting = { caFile: certificates.otherCaFile };
  expect([
    nameOf(early),
    nameOf(await connect(first, trusting)),
    nameOf(await connect(second, trusting)),
  ]).toEqual(["server", "stranger", "stranger"]);
  served.connection.send(packet("still here"));
  expect(await early.heard.texts(1)).toEqual(["still here"]);
  await first.listener.close();
  await second.listener.close();
  for (const connection of [...first.accepted, ...second.accepted]) await connection.close();
});

it("lets in clients of a renewed authority, and no others", async () => {
  const transport = tcp({ tls: { ...files, requestCert: true } });
  const accepting = await listen("tls://127.0.0.1:0", { transport });
  await connect(accepting, certificates.client);
  started(await accepting.next());
  install(certificates.server, certificates.otherCaFile);
  await transport.reload();
  const refused = await connect(accepting, certificates.client);
  expect((await refused.heard.ending())?.message).toMatch(
    /ended the connection right after the TLS handshake/,
  );
  await connect(accepting, certificates.stranger);
  expect((await accepting.next(2)).peer.identity).toMatchObject({ commonName: "stranger" });
  await accepting.listener.close();
  for (const connection of accepting.accepted) await connection.close();
});

it.each([
  ["a key that others can read", () => chmodSync(files.keyFile, 0o644), "mode 0644"],
  [
    "a key of another certificate",
    () => copyFileSync(certificates.client.keyFile, files.keyFile),
    "mismatch",
  ],
  [
    "half a certificate",
    () => writeFileSync(files.certFile, "-----BEGIN CERTIFICATE-----\nMII"),
    "breaks off",
  ],
  ["an authority that is none", () => writeFileSync(files.caFile, "nonsense"), "holds no certificate"],
  ["no file", () => writeFileSync(files.caFile, ""), "holds no certificate"],
  ["an expired certificate", () => install(certificates.expired, certificates.caFile), "expired on"],
])("goes on with what it had when it finds %s", async (_what, spoil, why) => {
  const transport = tcp({ tls: files });
  const accepting = await listen("tls://127.0.0.1:0", { transport });
  spoil();
  await expect(transport.reload()).rejects.toMatchObject({
    code: "invalid_argument",
    message: expect.stringMatching(`^certificates not reloaded, the old ones stay in force: .*${why}`),
  });
  expect(nameOf(await connect(accepting))).toBe("server");
  await (await accepting.next()).close();
  await accepting.listener.close();
});

it("tells that contents cannot be read again", async () => {
  await expect(tcp({ tls: contents(certificates.server) }).reload()).rejects.toMatchObject({
    code: "invalid_argument",
    message: "tls names no files to read again; give keyFile, certFile and caFile instead of contents",
  });
});
