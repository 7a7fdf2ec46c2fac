import { tmpdir } from "node:os";
import { join } from "node:path";
import { zmq } from "@rpc/transport-zmq";
import { afterEach, describe, expect, it } from "vitest";
import { bytes, closeAll, connect, listen, type Server } from "./ends.js";

let files = 0;
const urls = {
  tcp: () => "zmq://127.0.0.1:0",
  ipc: () => `zmq+ipc:${join(tmpdir(), `zmq-packets-${process.pid}-${files++}`)}`,
};

describe.each(["tcp", "ipc"] as const)("packets over %s", (kind) => {
  const transport = zmq();
  const servers: Server[] = [];
  const start = async () => {
    const server = await listen(transport, urls[kind]());
    servers.push(server);
    return server;
  };

  afterEach(async () => {
    await Promise.all(servers.splice(0).map(closeAll));
  });

  it("keeps the order of 10,000 packets each way at once", async () => {
    const { client, peer } = await connect(transport, await start());
    const sent = Array.from({ length: 10_000 }, (_, index) => String(index));
    for (const text of sent) {
      client.connection.send(bytes(text));
      peer.connection.send(bytes(text));
    }
    expect(await peer.texts(sent.length)).toEqual(sent);
    expect(await client.texts(sent.length)).toEqual(sent);
  });

  it("carries packets of 3 MiB whole", async () => {
    const { client, peer } = await connect(transport, await start());
    const large = Buffer.alloc(3 * 1024 * 1024, "0123456789abcdef!");
    client.connection.send(large);
    client.connection.send(bytes("after"));
    await peer.until(() => peer.packets.length === 2);
    expect(peer.packets[0]!.equals(large)).toBe(true);
    peer.connection.send(large);
    await client.until(() => client.packets.length === 1);
    expect(client.packets[0]!.equals(large)).toBe(true);
  });

  it("keeps 50 clients apart", async () => {
    const server = await start();
    const pairs = [];
    for (let index = 0; index < 50; index += 1) pairs.push(await connect(transport, server));
    pairs.forEach(({ client }, index) => {
      for (let turn = 0; turn < 20; turn += 1) client.connection.send(bytes(`${index}/${turn}`));
    });
    for (const [index, { client, peer }] of pairs.entries()) {
      expect(await peer.texts(20)).toEqual(Array.from({ length: 20 }, (_, turn) => `${index}/${turn}`));
      peer.connection.send(bytes(`to ${index}`));
      expect(await client.texts(1)).toEqual([`to ${index}`]);
    }
  });

  it("serves others while one peer does not read, and loses nothing of what waits for it", async () => {
    const server = await start();
    const slow = await connect(transport, server);
    const quick = await connect(transport, server);
    slow.client.connection.pause();
    // More than libzmq and both kernels' buffers take.
    const count = 1_000;
    const block = Buffer.alloc(64 * 1024, "x");
    for (let index = 0; index < count; index += 1) slow.peer.connection.send(block);
    expect(slow.peer.connection.send(bytes("one more"))).toBe(false);
    for (let index = 0; index < 1_000; index += 1) quick.peer.connection.send(bytes(String(index)));
    expect((await quick.client.texts(1_000)).at(-1)).toBe("999");
    expect(slow.peer.drains).toBe(0);
    slow.client.connection.resume();
    await slow.peer.until(() => slow.peer.drains === 1);
    slow.peer.connection.send(bytes("last"));
    await slow.client.until(() => String(slow.client.packets.at(-1)) === "last");
    expect(slow.client.packets).toHaveLength(count + 2);
  });
});
