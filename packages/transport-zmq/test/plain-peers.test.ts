import { zmq } from "@rpc/transport-zmq";
import { pack, unpack } from "msgpackr";
import { describe, expect, it } from "vitest";
import { Dealer, Request } from "zeromq";
import { bytes, closeAll, connect, LogLines, listen, listenOptions, type Server } from "./ends.js";
import { FakePlain } from "./plain-access.js";
import { describeWithPython, runPeer } from "./python.js";

const url = "zmq://127.0.0.1:0";
const endpoint = (server: Server) => server.listener.url.href.replace("zmq:", "tcp:");

describe("plain peers", () => {
  it("are refused with an answer when plain is off", async () => {
    const server = await listen(zmq(), url, { plain: new FakePlain() });
    const peer = new Request({ linger: 0 });
    peer.connect(endpoint(server));
    await peer.send(pack(["Adder.add", [1, 2]]));
    expect(unpack((await peer.receive())[0]!)).toEqual([
      false,
      {
        code: "failed_precondition",
        message: "plain peers are switched off; serve with zmq({ plain: true })",
      },
    ]);
    peer.close();
    await closeAll(server);
  });

  it.each(["zmq://0.0.0.0:0", "zmq://*:0"])("are served on loopback only, not at %s", async (open) => {
    const attempt = zmq({ plain: true }).listen(new URL(open), listenOptions(), () => {});
    await expect(attempt).rejects.toMatchObject({
      code: "failed_precondition",
      message: `plain peers are served on loopback only, got ${open}; listen at 127.0.0.1 or zmq+ipc:, give curve with allowedKeys, or leave plain off`,
    });
  });

  it("call beside session peers on one port", async () => {
    const transport = zmq({ plain: true });
    const server = await listen(transport, url, { plain: new FakePlain() });
    const { client, peer } = await connect(transport, server);
    const plain = new Request({ linger: 0 });
    plain.connect(endpoint(server));
    await plain.send(pack(["Adder.add", [1, 2]]));
    client.connection.send(bytes("packet"));
    expect(unpack((await plain.receive())[0]!)).toEqual([true, 3]);
    expect(await peer.texts(1)).toEqual(["packet"]);
    expect(server.accepted).toHaveLength(1);
    plain.close();
    await closeAll(server);
  });

  it("are limited in running calls, and refused above with an answer", async () => {
    const access = new FakePlain();
    const server = await listen(zmq({ plain: true, maxPlainCalls: 2 }), url, { plain: access });
    const peer = new Dealer({ linger: 0 });
    peer.connect(endpoint(server));
    for (let index = 0; index < 3; index += 1) await peer.send(["", pack(["Adder.wait", []])]);
    expect(unpack((await peer.receive())[1]!)).toEqual([
      false,
      { code: "resource_exhausted", message: "2 plain calls are running, which is all that may" },
    ]);
    access.answerWaiting();
    for (let index = 0; index < 2; index += 1)
      expect(unpack((await peer.receive())[1]!)).toEqual([true, "waited"]);
    peer.close();
    await closeAll(server);
  });

  it("get the answers of running calls after close, and a refusal for new ones", async () => {
    const access = new FakePlain();
    const server = await listen(zmq({ plain: true }), url, { plain: access });
    const peer = new Dealer({ linger: 0 });
    peer.connect(endpoint(server));
    await peer.send(["", pack(["Adder.add", [1, 1]])]);
    await peer.receive();
    await peer.send(["", pack(["Adder.wait", []])]);
    while (access.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
    await server.listener.close();
    await peer.send(["", pack(["Adder.add", [1, 2]])]);
    expect(unpack((await peer.receive())[1]!)).toMatchObject([false, { code: "unavailable" }]);
    access.answerWaiting();
    expect(unpack((await peer.receive())[1]!)).toEqual([true, "waited"]);
    peer.close();
  });

  it("that send what nobody can answer are dropped, and logged as one kind", async () => {
    const logger = new LogLines();
    const server = await listen(zmq({ plain: true }), url, { plain: new FakePlain(), logger });
    const peer = new Dealer({ linger: 0 });
    peer.connect(endpoint(server));
    for (let index = 0; index < 25; index += 1) await peer.send(["a", "b", "c"]);
    await peer.send(["", pack(["Adder.add", [1, 1]])]);
    await peer.receive();
    const line = `${server.listener.url.href} dropped a message: 3 parts without an empty one before the request`;
    expect(logger.lines).toEqual(Array.from({ length: 25 }, () => line));
    expect([...logger.kinds]).toEqual(["messages dropped"]);
    peer.close();
    await closeAll(server);
  });
});

describeWithPython("plain peers in Python", () => {
  it("call and are answered, refusals included", async () => {
    const server = await listen(zmq({ plain: true }), url, { plain: new FakePlain() });
    const requests = [
      ["Adder.add", [1, 2, 3]],
      ["Adder.none", []],
      ["Adder.add", [4, 5], {}],
    ];
    expect(await runPeer("call.py", [endpoint(server), JSON.stringify(requests)])).toEqual([
      [true, 6],
      [false, { code: "unimplemented", message: "no method Adder.none" }],
      [true, 9],
    ]);
    await closeAll(server);
  });

  it("are answered when they send garbage, and harm nobody", async () => {
    const transport = zmq({ plain: true });
    const server = await listen(transport, url, { plain: new FakePlain() });
    const { client, peer } = await connect(transport, server);
    const answers = (await runPeer("garbage.py", [endpoint(server)])) as [boolean, unknown][];
    expect(answers[1]).toEqual([
      false,
      { code: "invalid_argument", message: "a request is one part, got 2" },
    ]);
    expect(answers.map(([ok]) => ok)).toEqual([false, false, false, false, false, true]);
    expect(answers.at(-1)).toEqual([true, 42]);
    client.connection.send(bytes("unharmed"));
    expect(await peer.texts(1)).toEqual(["unharmed"]);
    await closeAll(server);
  });

  it("reach a socket file as well", async () => {
    const server = await listen(zmq({ plain: true }), `zmq+ipc:/tmp/zmq-plain-${process.pid}`, {
      plain: new FakePlain(),
    });
    const requests = JSON.stringify([["Adder.add", [2, 2]]]);
    expect(await runPeer("call.py", [`ipc:///tmp/zmq-plain-${process.pid}`, requests])).toEqual([[true, 4]]);
    await closeAll(server);
  });
});
