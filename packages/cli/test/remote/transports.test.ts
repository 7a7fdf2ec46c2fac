import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tcp } from "@rpc/transport-tcp";
import { createCurveKeys, zmq } from "@rpc/transport-zmq";
import { describe, expect, onTestFinished, test } from "vitest";
import { createCertificate } from "./certificate.js";
import { run } from "./run.js";
import { openShop } from "./shop.js";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "rpc-transports-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

describe("the commands reach a server", () => {
  test("by WebSocket", async () => {
    const { url } = await openShop({ listen: "ws://127.0.0.1:0/rpc" });
    expect(await run(["call", url, "Shop.echo", "7"])).toEqual({ exitCode: 0, out: "7\n", err: "" });
    expect(JSON.parse((await run(["contract", "--from", url])).out)).toMatchObject({ name: "shop" });
  });

  test("by a unix socket", async () => {
    const { url } = await openShop({ listen: `unix:${join(folder(), "shop.sock")}` });
    expect((await run(["health", url])).out).toBe("serving\n");
  });

  test("by TLS, whose authority --ca names", async () => {
    const { keyFile, certFile } = createCertificate();
    const transports = [tcp({ tls: { keyFile, certFile } })];
    const { url } = await openShop({ transports, listen: "tls://127.0.0.1:0" });
    expect(await run(["health", url, "--ca", certFile])).toMatchObject({ exitCode: 0, out: "serving\n" });
    const stranger = await run(["health", url, "--timeout", "2s"]);
    expect(stranger).toMatchObject({ exitCode: 3, err: expect.stringContaining("certificate") });
  });

  test("by ZeroMQ with CURVE", async () => {
    const [server, client] = [createCurveKeys(), createCurveKeys()];
    const path = folder();
    writeFileSync(join(path, "own.secret"), client.secretKey, { mode: 0o600 });
    const transports = [zmq({ curve: { secretKey: server.secretKey, allowedKeys: [client.publicKey] } })];
    const { url } = await openShop({ transports, listen: "zmq://127.0.0.1:0", describe: true });
    const keys = ["--curve-server", server.publicKey, "--curve-key", join(path, "own.secret")];
    expect(await run(["call", url, "Shop.echo", "7", ...keys])).toMatchObject({ exitCode: 0, out: "7\n" });
    expect(JSON.parse((await run(["contract", "--from", url, ...keys])).out)).toMatchObject({ name: "shop" });
    const stranger = await run(["health", url, "--curve-server", server.publicKey, "--timeout", "1s"]);
    expect(stranger.exitCode).toBe(3);
    expect((await run(["health", url, "--curve-key", "x"])).err).toContain(
      "--curve-key needs --curve-server",
    );
    expect((await run(["health", "tcp://x:1", ...keys])).err).toContain("are for zmq://");
  });
});
