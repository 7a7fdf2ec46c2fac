import { zmq } from "@rpc/transport-zmq";
import { describe, expect, it } from "vitest";
import { Dealer } from "zeromq";
import { bytes, closeAll, connect, connectOptions, Heard, listen } from "./ends.js";

const transport = zmq();
const url = "zmq://127.0.0.1:0";

describe("close", () => {
  it("ends both sides in order when the client closes", async () => {
    const server = await listen(transport, url);
    const { client, peer } = await connect(transport, server);
    client.connection.send(bytes("last"));
    await client.connection.close();
    expect(await peer.closing).toBeUndefined();
    expect(await client.closing).toBeUndefined();
    expect(peer.packets.map(String)).toEqual(["last"]);
    await closeAll(server);
  });

  it("ends both sides in order when the server closes", async () => {
    const server = await listen(transport, url);
    const { client, peer } = await connect(transport, server);
    peer.connection.send(bytes("last"));
    await peer.connection.close();
    expect(await client.closing).toBeUndefined();
    expect(client.packets.map(String)).toEqual(["last"]);
    await closeAll(server);
  });

  it.each(["client", "peer"] as const)("sends what was handed over when the %s closes", async (side) => {
    const server = await listen(transport, url);
    const ends = await connect(transport, server);
    const [sender, receiver] = side === "client" ? [ends.client, ends.peer] : [ends.peer, ends.client];
    const block = Buffer.alloc(32 * 1024, "x");
    for (let index = 0; index < 500; index += 1) sender.connection.send(block);
    await sender.connection.close();
    expect(receiver.packets).toHaveLength(500);
    await closeAll(server);
  });

  it("delivers everything and the end in order when the whole server goes at once", async () => {
    const server = await listen(transport, url);
    const { client, peer } = await connect(transport, server);
    for (let index = 0; index < 2_000; index += 1) peer.connection.send(bytes(String(index)));
    await closeAll(server);
    expect(await client.closing).toBeUndefined();
    expect(client.packets).toHaveLength(2_000);
  });

  it("is safe twice, also at the same time and on both sides, and tells the end once", async () => {
    const server = await listen(transport, url);
    const { client, peer } = await connect(transport, server);
    await Promise.all([client.connection.close(), peer.connection.close(), client.connection.close()]);
    await client.connection.close();
    await Promise.all([server.listener.close(), server.listener.close()]);
    expect([client.closes, peer.closes]).toEqual([1, 1]);
  });

  it("gives up after a second when the peer takes nothing", async () => {
    const server = await listen(transport, url);
    const { client, peer } = await connect(transport, server);
    client.connection.pause();
    for (let index = 0; index < 3_000; index += 1) peer.connection.send(Buffer.alloc(64 * 1024));
    await peer.connection.close();
    expect(await peer.closing).toBeUndefined();
    await client.connection.close();
    await closeAll(server);
  });

  it("ignores packets and sends after the end", async () => {
    const server = await listen(transport, url);
    const { client } = await connect(transport, server);
    await client.connection.close();
    expect(client.connection.send(bytes("late"))).toBe(true);
    client.connection.pause();
    client.connection.resume();
    await closeAll(server);
  });

  it("tells the end to who starts a connection after it", async () => {
    const server = await listen(transport, url);
    const connection = await transport.connect(server.listener.url, connectOptions());
    await connection.close();
    expect(await new Heard(connection).closing).toBeUndefined();
    await closeAll(server);
  });
});

describe("a listener that is closed", () => {
  it("keeps the connections it has and refuses newcomers with the close notice", async () => {
    const server = await listen(transport, url);
    const { client, peer } = await connect(transport, server);
    await server.listener.close();
    const late = new Heard(await transport.connect(server.listener.url, connectOptions()));
    late.connection.send(bytes("hello"));
    expect(await late.closing).toBeUndefined();
    peer.connection.send(bytes("still here"));
    expect(await client.texts(1)).toEqual(["still here"]);
    expect(server.accepted).toHaveLength(1);
    await closeAll(server);
  });

  it("has freed its port when it and its connections are closed", async () => {
    let server = await listen(transport, url);
    for (let round = 0; round < 20; round += 1) {
      const { client } = await connect(transport, server);
      await closeAll(server);
      expect(await client.closing).toBeUndefined();
      server = await listen(transport, server.listener.url.href);
    }
    await closeAll(server);
  });
});

describe("a client that vanishes", () => {
  it("without a notice is found out by the next packet for it", async () => {
    const server = await listen(transport, url);
    const vanishing = new Dealer({ linger: 0 });
    const gone = new Promise<void>((resolve) => vanishing.events.on("end", () => resolve()));
    vanishing.connect(server.listener.url.href.replace("zmq:", "tcp:"));
    const arrival = server.next();
    await vanishing.send("hello");
    const peer = await arrival;
    vanishing.close();
    await gone;
    // The server's own I/O thread may hear of it a moment later: send until it knows.
    while (peer.closes === 0) {
      peer.connection.send(bytes("are you there"));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await peer.closing).toMatchObject({ message: "the peer is gone" });
    await closeAll(server);
  });
});
