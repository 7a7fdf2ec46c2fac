import { zmq } from "@rpc/transport-zmq";
import { describe, expect, it } from "vitest";
import { Dealer } from "zeromq";
import { bytes, closeAll, connect, connectOptions, Heard, LogLines, listen, listenOptions } from "./ends.js";

const url = "zmq://127.0.0.1:0";

describe("maxPacketBytes", () => {
  it.each(["client", "peer"] as const)("breaks the connection of the %s that gets more", async (side) => {
    const transport = zmq();
    const server = await listen(transport, url);
    const ends = await connect(transport, server);
    const [receiver, sender] = side === "client" ? [ends.client, ends.peer] : [ends.peer, ends.client];
    receiver.connection.maxPacketBytes = 1_000;
    sender.connection.send(Buffer.alloc(1_000));
    sender.connection.send(Buffer.alloc(1_001));
    sender.connection.send(bytes("never"));
    expect(await receiver.closing).toMatchObject({ message: "packet of 1001 bytes exceeds 1000" });
    expect(await sender.closing).toBeUndefined();
    expect(receiver.packets).toHaveLength(1);
    await closeAll(server);
  });

  it("refuses what a broken peer goes on sending, and never takes it for a newcomer", async () => {
    const transport = zmq();
    const server = await listen(transport, url, { maxPacketBytes: 100 });
    const stubborn = new Dealer({ linger: 0 });
    stubborn.connect(server.listener.url.href.replace("zmq:", "tcp:"));
    await stubborn.send(Buffer.alloc(101));
    expect((await stubborn.receive())[0]).toHaveLength(0);
    await stubborn.send("hello again");
    expect((await stubborn.receive())[0]).toHaveLength(0);
    expect(server.accepted).toHaveLength(1);
    stubborn.close();
    await closeAll(server);
  });

  it("says so when it is set above what libzmq takes", async () => {
    const logger = new LogLines();
    const transport = zmq({ maxMessageBytes: 2_000 });
    const server = await listen(transport, url, { logger, maxPacketBytes: 1_000 });
    const { peer } = await connect(transport, server);
    peer.connection.maxPacketBytes = 3_000;
    expect(logger.lines).toEqual([
      "maxPacketBytes 3000 is above maxMessageBytes 2000 of zmq(): larger packets break the connection",
    ]);
    await closeAll(server);
  });
});

describe("maxMessageBytes", () => {
  it("has libzmq drop the peer, and nobody else", async () => {
    const transport = zmq({ maxMessageBytes: 10_000 });
    const server = await listen(transport, url);
    const other = await connect(transport, server);
    const { client } = await connect(transport, server);
    client.connection.send(Buffer.alloc(10_001));
    expect(await client.closing).toMatchObject({
      message: `the connection to ${server.listener.url.href} is lost`,
    });
    other.client.connection.send(bytes("fine"));
    expect(await other.peer.texts(1)).toEqual(["fine"]);
    await closeAll(server);
  });
});

describe("pause", () => {
  it.each(["client", "peer"] as const)(
    "holds back what comes for the %s until resume, in order",
    async (side) => {
      const transport = zmq();
      const server = await listen(transport, url);
      const ends = await connect(transport, server);
      const other = await connect(transport, server);
      const [receiver, sender] = side === "client" ? [ends.client, ends.peer] : [ends.peer, ends.client];
      receiver.connection.pause();
      for (let index = 0; index < 100; index += 1) sender.connection.send(bytes(String(index)));
      other.client.connection.send(bytes("meanwhile"));
      expect(await other.peer.texts(1)).toEqual(["meanwhile"]);
      expect(receiver.packets).toHaveLength(0);
      receiver.connection.resume();
      expect(await receiver.texts(100)).toEqual(Array.from({ length: 100 }, (_, index) => String(index)));
      await closeAll(server);
    },
  );

  it("closes a connection that is sent more than is held for it", async () => {
    const transport = zmq({ maxHeldBytes: 100_000 });
    const server = await listen(transport, url);
    const { client, peer } = await connect(transport, server);
    peer.connection.pause();
    for (let index = 0; index < 11; index += 1) client.connection.send(Buffer.alloc(10_000));
    const reason = "more than 100000 bytes came while the connection was paused";
    expect(await peer.closing).toMatchObject({ message: reason });
    expect(await client.closing).toBeUndefined();
    await closeAll(server);
  });
});

describe("maxConnections", () => {
  it("refuses newcomers above it, and has room again when one leaves", async () => {
    const transport = zmq();
    const server = await listen(transport, url, { maxConnections: 2 });
    const first = await connect(transport, server);
    await connect(transport, server);
    const third = new Heard(await transport.connect(server.listener.url, connectOptions()));
    third.connection.send(bytes("hello"));
    expect(await third.closing).toBeUndefined();
    expect(server.accepted).toHaveLength(2);
    await first.client.connection.close();
    await connect(transport, server);
    expect(server.accepted).toHaveLength(3);
    await closeAll(server);
  });

  it("gives the place of a connection that nobody has started to a newcomer", async () => {
    const transport = zmq();
    const accepted: unknown[] = [];
    let arrived = () => {};
    const listener = await transport.listen(
      new URL(url),
      listenOptions({ maxConnections: 1 }),
      (connection) => {
        accepted.push(connection);
        if (accepted.length === 2) new Heard(connection);
        arrived();
      },
    );
    const clients: Heard[] = [];
    for (let index = 0; index < 2; index += 1) {
      const client = new Heard(await transport.connect(listener.url, connectOptions()));
      const arrival = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      client.connection.send(bytes("hello"));
      clients.push(client);
      await arrival;
    }
    expect(await clients[0]!.closing).toBeUndefined();
    await clients[1]!.connection.close();
    await listener.close();
  });
});

it("breaks the connection of who sends an empty packet", async () => {
  const transport = zmq();
  const server = await listen(transport, url);
  const { client, peer } = await connect(transport, server);
  client.connection.send(new Uint8Array(0));
  expect((await client.closing)?.message).toMatch(/^an empty packet cannot be sent over ZeroMQ/);
  expect(await peer.closing).toBeUndefined();
  await closeAll(server);
});
