import { tcp } from "@rpc/transport-tcp";
import { createCurveKeys, zmq } from "@rpc/transport-zmq";
import { describe, expect, test } from "vitest";
import { createCertificate } from "./certificate.js";
import { run } from "./run.js";
import { openShop } from "./shop.js";

const askUrl = async (url: string, ...flags: string[]) => {
  const { exitCode, err } = await run(["health", url, "--timeout", "3s", ...flags]);
  return { exitCode, err };
};

describe("why no server is reached is told in the words of this command", () => {
  test("a certificate that nobody vouches for", async () => {
    const { keyFile, certFile } = createCertificate();
    const transports = [tcp({ tls: { keyFile, certFile } })];
    const { url } = await openShop({ transports, listen: "tls://127.0.0.1:0" });
    const said = await askUrl(url);
    expect(said).toMatchObject({ exitCode: 3, err: expect.stringContaining("of its authority as --ca") });
    expect(said.err).not.toMatch(/tls\.|RPC_CREDENTIALS/);
    const contract = await run(["contract", "--from", url]);
    expect(contract.err).toContain("of its authority as --ca");
    expect(contract.err).not.toContain("credentials");
  });

  test("a client certificate that is missing", async () => {
    const { keyFile, certFile } = createCertificate();
    const tls = { keyFile, certFile, caFile: certFile, requestCert: true };
    const { url } = await openShop({ transports: [tcp({ tls })], listen: "tls://127.0.0.1:0" });
    expect((await askUrl(url, "--ca", certFile)).err).toContain("a client certificate (--cert, --cert-key)");
  });

  test("keys of CURVE", async () => {
    const [server, stranger] = [createCurveKeys(), createCurveKeys()];
    const transports = [zmq({ curve: { secretKey: server.secretKey, allowedKeys: [stranger.publicKey] } })];
    const { url } = await openShop({ transports, listen: "zmq://127.0.0.1:0" });
    expect((await askUrl(url)).err).toContain("or it wants CURVE: give --curve-server");
    expect((await askUrl(url, "--curve-server", stranger.publicKey)).err).toContain(
      "its key is not --curve-server",
    );
    expect((await askUrl(url, "--curve-server", "short")).err).toMatch(/^--curve-server must be a CURVE key/);
    const refused = await askUrl(url, "--curve-server", server.publicKey);
    expect(refused.err).toContain("refused this side's CURVE key (--curve-key)");
    expect(refused.err).not.toContain("RPC_CREDENTIALS");
  });

  test("credentials", async () => {
    const { url } = await openShop({ authenticate: () => undefined });
    expect(await askUrl(url)).toEqual({
      exitCode: 3,
      err: "unauthenticated: the server did not accept the credentials\n  show who you are with --credentials-file, or the variable RPC_CREDENTIALS\n",
    });
  });

  test.each([
    ["tcp", "tls", "is it a tcp:// listener"],
    ["tcp", "ws", "is it a wss:// listener, or one of another kind"],
    ["tcp", "wss", "is it a ws:// listener, or one of another kind"],
    ["ws", "tcp", "the peer speaks HTTP"],
    ["zmq", "tcp", "the peer speaks ZeroMQ"],
  ])("a %s:// server by %s://", async (is, by, told) => {
    const { url } = await openShop({ listen: `${is}://127.0.0.1:0` });
    const { exitCode, err } = await askUrl(url.replace(is, by));
    expect({ exitCode, err }).toEqual({ exitCode: 3, err: expect.stringContaining(told) });
  });

  test.each([
    ["127.0.0.1:7000", "tcp://127.0.0.1:7000"],
    ["desk:7000", "tcp://desk:7000"],
    ["/run/desk.sock", "unix:/run/desk.sock"],
    ["https://desk.example/rpc", "wss://desk.example/rpc"],
  ])("%s, which is no URL of a server", async (typed, meant) => {
    const { exitCode, err } = await askUrl(typed);
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: expect.stringContaining(`got ${typed}; did you mean ${meant}?`),
    });
  });
});
