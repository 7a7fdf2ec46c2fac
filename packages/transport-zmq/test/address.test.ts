import { RpcError } from "@rpc/core/transport";
import { zmq } from "@rpc/transport-zmq";
import { describe, expect, it } from "vitest";
import { listenOptions } from "./ends.js";

const transport = zmq();

describe("a url", () => {
  it.each([
    ["zmq://127.0.0.1", "a url must be zmq://host:port, got zmq://127.0.0.1"],
    ["zmq://127.0.0.1:80/path", "a url must be zmq://host:port, got zmq://127.0.0.1:80/path"],
    ["zmq://127.0.0.1:80?a=b", "zmq://127.0.0.1:80?a=b must have no query, fragment or user name"],
    [
      "zmq+ipc://tmp/x",
      "a url must be zmq+ipc:/path, with one slash and an absolute path, got zmq+ipc://tmp/x",
    ],
    ["zmq+ipc:x", "a url must be zmq+ipc:/path, with one slash and an absolute path, got zmq+ipc:x"],
    ["zmq+ipc:/%zz", "the path of zmq+ipc:/%zz is not valid percent-encoding"],
    [`zmq+ipc:/${"a".repeat(97)}`, `the path /${"a".repeat(97)} has 98 bytes, more than 97`],
    ["tcp://127.0.0.1:80", "zmq() serves zmq:// and zmq+ipc:, got tcp://127.0.0.1:80"],
  ])("%s is refused with what was expected", async (url, message) => {
    const attempt = transport.listen(new URL(url), listenOptions(), () => {});
    const error = await attempt.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(RpcError.is(error, "invalid_argument")).toBe(true);
    expect(error).toMatchObject({ message, outcome: "not-executed" });
  });

  it.each([
    ["zmq://127.0.0.1:1", "local"],
    ["zmq://127.9.9.9:1", "local"],
    ["zmq://[::1]:1", "local"],
    ["zmq://localhost:1", "local"],
    ["zmq+ipc:/tmp/x", "local"],
    ["zmq://0.0.0.0:1", "open"],
    ["zmq://*:1", "open"],
    ["zmq://127.example.com:1", "open"],
    ["zmq://10.0.0.1:1", "open"],
  ])("%s is %s", (url, exposure) => {
    expect(transport.exposure(new URL(url))).toBe(exposure);
  });
});

describe("listen", () => {
  it("says when an address is in use", async () => {
    const first = await transport.listen(new URL("zmq://127.0.0.1:0"), listenOptions(), () => {});
    const attempt = transport.listen(first.url, listenOptions(), () => {});
    await expect(attempt).rejects.toMatchObject({
      code: "unavailable",
      message: `${first.url.href} is in use by another listener`,
    });
    await first.close();
  });

  it("says when an address is not this machine's", async () => {
    const attempt = transport.listen(new URL("zmq://192.0.2.1:0"), listenOptions(), () => {});
    await expect(attempt).rejects.toMatchObject({
      code: "unavailable",
      message: "this machine has no address 192.0.2.1 to listen at",
    });
  });

  it("turns port 0 into a port", async () => {
    const listener = await transport.listen(new URL("zmq://localhost:0"), listenOptions(), () => {});
    expect(Number(listener.url.port)).toBeGreaterThan(0);
    expect(listener.url.hostname).toBe("localhost");
    await listener.close();
  });
});
