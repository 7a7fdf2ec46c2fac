import { once } from "node:events";
import { connect as connectTcp, createServer } from "node:net";
import { type CallContext, connect, expose, type Server, serve, service } from "@rpc/core";
import { zmq } from "@rpc/transport-zmq";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Context, Dealer, Reply } from "zeromq";
import { OwnKey } from "../src/curve-keys.js";
import { createProof } from "../src/key-proof.js";
import { type CurveFolder, connecting, createCurveFolder, serving } from "./curve-pair.js";
import { bytes, closeAll, connectOptions, connect as connectPair, Heard, LogLines, listen } from "./ends.js";

let folder: CurveFolder;
beforeEach(() => {
  folder = createCurveFolder();
});
afterEach(() => {
  vi.restoreAllMocks();
  folder.remove();
});

const anyPort = "zmq://127.0.0.1:0";

describe("a client behind CURVE", () => {
  it("is known by its public key", async () => {
    const server = await listen(serving(folder), anyPort);
    const { client, peer } = await connectPair(connecting(folder, folder.alice), server);
    expect(peer.connection.peer).toEqual({ scheme: "zmq", identity: { publicKey: folder.alice.publicKey } });
    peer.connection.send(bytes("hello alice"));
    expect(await client.texts(1)).toEqual(["hello alice"]);
    await client.connection.close();
    await closeAll(server);
  });

  it("does not get in with a key that is not allowed, and both sides say so", async () => {
    const logger = new LogLines();
    const server = await listen(serving(folder), anyPort, { logger });
    await expect(
      connecting(folder, folder.bob).connect(server.listener.url, connectOptions()),
    ).rejects.toMatchObject({
      code: "unauthenticated",
      outcome: "not-executed",
      message: `${server.listener.url.href} refused this side's CURVE key; its allowedKeys lack ${folder.bob.publicKey}`,
    });
    expect(logger.lines).toEqual([
      `CURVE refused ${folder.bob.publicKey} from 127.0.0.1, which is not in allowedKeys`,
    ]);
    expect(server.accepted).toEqual([]);
    await closeAll(server);
  });

  it.each([
    ["without CURVE", () => zmq(), /no ZeroMQ server of this framework is there, or it wants CURVE/],
    [
      "that takes it for another server",
      () => zmq({ curve: { secretKey: folder.alice.secretKey, serverKey: folder.bob.publicKey } }),
      /broke the handshake off: its key is not curve.serverKey, or it has no CURVE/,
    ],
  ])("does not get in %s", async (_how, create, why) => {
    const logger = new LogLines();
    const server = await listen(serving(folder), anyPort, { logger });
    const refused = create().connect(server.listener.url, connectOptions());
    await expect(refused).rejects.toMatchObject({
      code: "unavailable",
      outcome: "not-executed",
      message: expect.stringMatching(why),
    });
    await vi.waitUntil(() => logger.lines.length > 0);
    expect(logger.lines).toEqual([expect.stringMatching(/^zmq:.* refused a connection: .*CURVE/)]);
    await closeAll(server);
  });

  it("does not pass for somebody else by its routing id", async () => {
    folder.allow(folder.alice, folder.bob);
    const logger = new LogLines();
    const server = await listen(serving(folder), anyPort, { logger });
    const proof = createProof(new OwnKey(folder.bob.secretKey), folder.server.publicKey);
    const aliceWithBobsMac = proof.replace(folder.bob.publicKey, folder.alice.publicKey);
    const forServerOfBob = createProof(new OwnKey(folder.alice.secretKey), folder.bob.publicKey);
    for (const routingId of [aliceWithBobsMac, forServerOfBob, "rpc1:nonsense", "x"]) {
      const dealer = new Dealer({
        context: new Context(),
        linger: 0,
        curveServerKey: folder.server.publicKey,
        curvePublicKey: folder.bob.publicKey,
        curveSecretKey: folder.bob.secretKey,
        routingId,
      });
      dealer.connect(server.listener.url.href.replace("zmq:", "tcp:"));
      await dealer.send("hello");
      // The close notice: it is told, and that is all it gets.
      expect((await dealer.receive()).map(String)).toEqual([""]);
      dealer.close();
    }
    expect(server.accepted).toEqual([]);
    expect(logger.lines[0]).toMatch(/a session's packet from a routing id that proves no allowed key/);
    await closeAll(server);
  });

  it("says nothing that can be read on the way", async () => {
    const server = await listen(serving(folder), anyPort);
    const seen: Buffer[] = [];
    const proxy = createServer((near) => {
      const far = connectTcp(Number(server.listener.url.port), "127.0.0.1");
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const)
        from
          .on("data", (chunk) => seen.push(chunk))
          .on("error", () => {})
          .pipe(to);
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    const url = new URL(`zmq://127.0.0.1:${(proxy.address() as { port: number }).port}`);
    const arrival = server.next();
    const client = new Heard(await connecting(folder, folder.alice).connect(url, connectOptions()));
    client.connection.send(bytes("a secret order"));
    const peer = await arrival;
    expect(await peer.texts(1)).toEqual(["a secret order"]);
    const wire = Buffer.concat(seen).toString("latin1");
    expect(wire).toContain("CURVE");
    expect(wire).not.toContain("secret order");
    expect(wire).not.toContain(folder.alice.publicKey);
    await client.connection.close();
    await closeAll(server);
    proxy.close();
  });
});

describe("reload", () => {
  it("lets in who is allowed now, and ends the connections of who is not any more", async () => {
    const transport = serving(folder);
    const server = await listen(transport, anyPort);
    const { client } = await connectPair(connecting(folder, folder.alice), server);
    folder.allow(folder.bob);
    await transport.reload();
    // The listening side tells it as any end of a connection.
    expect((await server.accepted[0]!.closing)?.message).toBe(`key ${folder.alice.publicKey} was revoked`);
    await client.closing;
    const again = connecting(folder, folder.alice).connect(server.listener.url, connectOptions());
    await expect(again).rejects.toMatchObject({ code: "unauthenticated" });
    const bob = await connectPair(connecting(folder, folder.bob), server);
    await bob.client.connection.close();
    await closeAll(server);
  });

  it("leaves the old keys in force when the file is of no use", async () => {
    const transport = serving(folder);
    const server = await listen(transport, anyPort);
    folder.write("allowed", `${folder.bob.publicKey}\nnonsense\n`);
    await expect(transport.reload()).rejects.toMatchObject({
      code: "invalid_argument",
      message: `allowed keys not reloaded, the old ones stay in force: line 2 of ${folder.allowedKeysFile} holds no CURVE key; expected 40 characters of Z85`,
    });
    const { client } = await connectPair(connecting(folder, folder.alice), server);
    await client.connection.close();
    await closeAll(server);
  });

  it("needs a file", async () => {
    await expect(zmq().reload()).rejects.toMatchObject({ code: "invalid_argument" });
    const { secretKey } = folder.server;
    await expect(zmq({ curve: { secretKey, allowedKeys: [] } }).reload()).rejects.toMatchObject({
      code: "invalid_argument",
      message: "curve names no file to read again; give allowedKeysFile instead of allowedKeys",
    });
  });
});

describe("a handler of allowed keys that fails", () => {
  it("lets nobody new in and says so; who is there stays, and listening anew mends it", async () => {
    const logger = new LogLines();
    const transport = serving(folder);
    const receive = Reply.prototype.receive;
    const failing = new Promise<never>((_, reject) => {
      fail = () => reject(new Error("killed by a test"));
    });
    vi.spyOn(Reply.prototype, "receive").mockImplementation(function (this: Reply) {
      return Promise.race([receive.call(this), failing]);
    });
    const server = await listen(transport, anyPort, { logger });
    const { client, peer } = await connectPair(connecting(folder, folder.alice), server);
    fail();
    await vi.waitUntil(() => logger.lines.length > 0);
    expect(logger.lines).toEqual([
      "the handler that knows the allowed CURVE keys failed: no new client gets in until the server listens anew: killed by a test",
    ]);
    const stop = new AbortController();
    const late = connecting(folder, folder.alice).connect(
      server.listener.url,
      connectOptions({ signal: stop.signal }),
    );
    const refused = expect(late).rejects.toMatchObject({
      code: expect.stringMatching(/cancelled|unavailable/),
    });
    // libzmq has told the listener that this handshake failed, so there is nothing left to wait for.
    await vi.waitUntil(() => logger.lines.some((line) => line.includes("its CURVE handshake failed")));
    stop.abort();
    await refused;
    peer.connection.send(bytes("still here"));
    expect(await client.texts(1)).toEqual(["still here"]);
    vi.restoreAllMocks();
    const anew = await listen(transport, anyPort);
    const other = await connectPair(connecting(folder, folder.alice), anew);
    expect(server.accepted.length).toBe(1);
    await Promise.all([client.connection.close(), other.client.connection.close()]);
    await Promise.all([closeAll(server), closeAll(anew)]);
  });

  let fail: () => void;
});

@service("Desk")
class Desk {
  @expose({ context: true }) whoAmI(context: CallContext): unknown {
    return [context.identity, context.peer?.identity];
  }
}

interface DeskClient {
  whoAmI(): Promise<unknown>;
}

describe("a server that listens everywhere", () => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  it("needs nothing more than the allowed keys, and its methods see whose key it is", async () => {
    const server = await serve([new Desk()], { transports: [serving(folder)], listen: "zmq://0.0.0.0:0" });
    servers.push(server);
    const url = server.urls[0]!.replace("0.0.0.0", "127.0.0.1");
    await using client = await connect(url, { transports: [connecting(folder, folder.alice)] });
    const identity = { publicKey: folder.alice.publicKey };
    expect(await client.service<DeskClient>("Desk").whoAmI()).toEqual([identity, identity]);
  });

  it("hands the key to authenticate", async () => {
    const peers: unknown[] = [];
    const server = await serve([new Desk()], {
      transports: [serving(folder)],
      listen: anyPort,
      authenticate: (_, peer) => {
        peers.push(peer.identity);
        return "alice";
      },
    });
    servers.push(server);
    await using client = await connect(server.urls[0]!, { transports: [connecting(folder, folder.alice)] });
    expect(await client.service<DeskClient>("Desk").whoAmI()).toEqual(["alice", peers[0]]);
    expect(peers).toEqual([{ publicKey: folder.alice.publicKey }]);
  });

  it.each([
    ["without keys", () => zmq()],
    ["with any key", () => zmq({ curve: { secretKey: folder.server.secretKey, allowedKeys: "any" } })],
  ])("is refused %s", async (_how, create) => {
    await expect(
      serve([new Desk()], { transports: [create()], listen: "zmq://0.0.0.0:0" }),
    ).rejects.toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("zmq:// with CURVE and allowedKeys"),
    });
  });
});
