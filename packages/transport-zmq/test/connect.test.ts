import { getEventListeners } from "node:events";
import { createServer, type Server as TcpServer } from "node:net";
import { RpcError } from "@rpc/core/transport";
import { zmq } from "@rpc/transport-zmq";
import { afterEach, describe, expect, it } from "vitest";
import { Publisher } from "zeromq";
import { bytes, closeAll, connect, connectOptions, Heard, listen } from "./ends.js";

const transport = zmq();
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("connect", () => {
  const silent: TcpServer[] = [];
  afterEach(() => {
    for (const server of silent.splice(0)) server.close();
  });

  /** A listener that accepts and never says a word of ZMTP. */
  async function listenSilently(): Promise<URL> {
    const server = createServer((socket) => socket.on("error", () => {}).unref()).listen(0, "127.0.0.1");
    silent.push(server);
    await new Promise((resolve) => server.once("listening", resolve));
    return new URL(`zmq://127.0.0.1:${(server.address() as { port: number }).port}`);
  }

  it.each(["zmq://127.0.0.1:9", "zmq+ipc:/tmp/nobody-is-here"])(
    "rejects when nobody listens at %s",
    async (url) => {
      const options = connectOptions();
      const error = await rejection(transport.connect(new URL(url), options));
      expect(RpcError.is(error, "unavailable")).toBe(true);
      expect(error).toMatchObject({ outcome: "not-executed", message: `nobody listens at ${url}` });
      expect(getEventListeners(options.signal, "abort")).toEqual([]);
    },
  );

  it("rejects when a host has no address", async () => {
    const error = await rejection(
      transport.connect(new URL("zmq://no-such-host.invalid:1"), connectOptions()),
    );
    expect(error).toMatchObject({ code: "unavailable", message: "no address for host no-such-host.invalid" });
  });

  it("rejects when who answers speaks no ZeroMQ", async () => {
    const error = await rejection(transport.connect(await listenSilently(), connectOptions()));
    expect(error).toMatchObject({ code: "unavailable", outcome: "not-executed" });
    expect((error as Error).message).toMatch(/no ZeroMQ server of this framework/);
  });

  it("rejects when who answers is another kind of ZeroMQ socket", async () => {
    const publisher = new Publisher({ linger: 0 });
    await publisher.bind("tcp://127.0.0.1:0");
    const url = new URL(publisher.lastEndpoint!.replace("tcp:", "zmq:"));
    const error = await rejection(transport.connect(url, connectOptions()));
    publisher.close();
    expect(error).toMatchObject({ code: "unavailable" });
  });

  it("rejects at once when the caller gives up, and leaves no event listener behind", async () => {
    const controller = new AbortController();
    const url = await listenSilently();
    const attempt = rejection(transport.connect(url, connectOptions({ signal: controller.signal })));
    await new Promise((resolve) => silent[0]!.once("connection", resolve));
    controller.abort();
    expect(await attempt).toMatchObject({ code: "cancelled", outcome: "not-executed" });
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("rejects when the caller had given up before", async () => {
    const options = connectOptions({ signal: AbortSignal.abort() });
    const error = await rejection(transport.connect(new URL("zmq://127.0.0.1:9"), options));
    expect(error).toMatchObject({ code: "cancelled" });
  });

  it.each(["zmq://127.0.0.1:0", "zmq://*:70"])("rejects %s, which is for listening", async (url) => {
    const error = await rejection(transport.connect(new URL(url), connectOptions()));
    expect(error).toMatchObject({ code: "invalid_argument" });
  });

  it("removes its event listener once connected, and does not connect again by itself", async () => {
    const server = await listen(transport, "zmq://localhost:0");
    const options = connectOptions();
    const client = new Heard(await transport.connect(server.listener.url, options));
    expect(getEventListeners(options.signal, "abort")).toEqual([]);
    const { href } = server.listener.url;
    await closeAll(server);
    expect(await client.closing).toMatchObject({ message: `the connection to ${href} is lost` });
    const again = await listen(transport, href);
    client.connection.send(bytes("after the end"));
    const other = await connect(transport, again);
    expect(again.accepted).toEqual([other.peer]);
    await closeAll(again);
  });

  it("says who is at the other side as far as it knows", async () => {
    const server = await listen(transport, "zmq://127.0.0.1:0");
    const { client, peer } = await connect(transport, server);
    expect(client.connection.peer).toEqual({ scheme: "zmq", address: server.listener.url.host });
    expect(peer.connection.peer).toEqual({ scheme: "zmq" });
    await closeAll(server);
  });
});
