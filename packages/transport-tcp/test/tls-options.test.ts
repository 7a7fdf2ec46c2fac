import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tcp } from "@rpc/transport-tcp";
import { afterEach, beforeEach, expect, it } from "vitest";
import { hasCertificate, loadTlsOptions } from "../src/tls-options.js";
import { contents, createCertificates } from "./certificates.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tls-options-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, mode: number): string {
  const path = join(folder, name);
  writeFileSync(path, name);
  chmodSync(path, mode);
  return path;
}

it.each([
  [{ keyfile: "x" }, "unknown option tls.keyfile; known are"],
  [{ secureProtocol: "TLSv1_method" }, "unknown option tls.secureProtocol; known are"],
  [{ key: "x", keyFile: "y" }, "tls.key and tls.keyFile are both given; expected one of them"],
  [{ minVersion: "TLSv1.1" }, "tls.minVersion must be TLSv1.2 or TLSv1.3, got TLSv1.1"],
  [{ maxVersion: "TLSv1" }, "tls.maxVersion must be TLSv1.2 or TLSv1.3, got TLSv1"],
  [{ requestCert: true }, "tls.requestCert needs tls.ca or tls.caFile"],
])("refuses %j at start", (tls, message) => {
  expect(() => tcp({ tls: tls as object })).toThrow(TypeError);
  expect(() => tcp({ tls: tls as object })).toThrow(message);
});

it("refuses an option that tcp() does not know", () => {
  expect(() => tcp({ noDelay: true } as object)).toThrow("unknown option noDelay of tcp(); known is tls");
});

it("reads the files, and speaks TLS 1.3", async () => {
  const { server, remove } = createCertificates();
  expect(await loadTlsOptions({ ...server, ciphers: "x" })).toEqual({
    minVersion: "TLSv1.3",
    handshakeTimeout: 5_000,
    ciphers: "x",
    ...contents(server),
  });
  remove();
});

it("refuses a file without a whole certificate", async () => {
  const { caFile, server, remove } = createCertificates();
  const pem = readFileSync(caFile, "utf8");
  const half = pem.slice(0, pem.length / 2);
  for (const [content, message] of [
    ["nonsense", "holds no certificate; expected PEM with BEGIN CERTIFICATE"],
    [readFileSync(server.keyFile, "utf8"), "holds no certificate"],
    [`${pem}${half}`, "breaks off: 2 certificates begin, 1 end"],
    [pem.replace("MII", "AAA"), "is damaged"],
  ] as const) {
    writeFileSync(caFile, content);
    await expect(loadTlsOptions({ caFile })).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(message),
    });
  }
  remove();
});

it.each([
  ["tls://10.0.0.7:7000", {}, "open"],
  ["tls://10.0.0.7:7000", { requestCert: true, ca: "x" }, "authenticated"],
  ["tls://10.0.0.7:7000", { requestCert: true, ca: "x", rejectUnauthorized: false }, "open"],
  ["tcp://10.0.0.7:7000", { requestCert: true, ca: "x" }, "open"],
  ["tcp://0.0.0.0:7000", {}, "open"],
  ["tcp://[::1]:7000", {}, "local"],
  ["unix:/run/desk.sock", {}, "local"],
])("knows who could reach %s with %j", (url, tls, exposure) => {
  expect(tcp({ tls }).exposure(new URL(url))).toBe(exposure);
});

it.each([0o644, 0o640, 0o604, 0o660])("refuses a private key of mode %o", async (mode) => {
  const keyFile = file("key", mode);
  await expect(loadTlsOptions({ keyFile })).rejects.toMatchObject({
    code: "invalid_argument",
    message: `private key ${keyFile} has mode 0${mode.toString(8)}, so others can use it; run chmod 600 ${keyFile}`,
    outcome: "not-executed",
  });
});

it("tells which file cannot be read", async () => {
  await expect(loadTlsOptions({ caFile: "/nowhere/ca.pem" })).rejects.toMatchObject({
    code: "invalid_argument",
    message: expect.stringMatching(/^cannot read \/nowhere\/ca\.pem: ENOENT/),
  });
});

it("knows what it takes to listen", () => {
  expect(hasCertificate({ key: "k", certFile: "c" })).toBe(true);
  expect(hasCertificate({ pfx: "p" })).toBe(true);
  expect(hasCertificate({ key: "k" })).toBe(false);
  expect(hasCertificate({})).toBe(false);
});
