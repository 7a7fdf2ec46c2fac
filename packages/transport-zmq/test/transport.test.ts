import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testTransport } from "@rpc/core/testing";
import { createCurveKeys, zmq, zmqLacks } from "@rpc/transport-zmq";
import { test } from "vitest";

testTransport({
  name: "zmq",
  test,
  create: async () => ({ serving: zmq(), connecting: zmq(), url: "zmq://127.0.0.1:0" }),
  lacks: zmqLacks,
});

const [server, client] = [createCurveKeys(), createCurveKeys()];

testTransport({
  name: "zmq with CURVE",
  test,
  create: async () => ({
    serving: zmq({ curve: { secretKey: server.secretKey, allowedKeys: [client.publicKey] } }),
    connecting: zmq({ curve: { secretKey: client.secretKey, serverKey: server.publicKey } }),
    url: "zmq://127.0.0.1:0",
  }),
  lacks: zmqLacks,
});

testTransport({
  name: "zmq+ipc",
  test,
  async create() {
    const folder = await mkdtemp(join(tmpdir(), "rpc-zmq-"));
    return {
      serving: zmq(),
      connecting: zmq(),
      url: `zmq+ipc:${join(folder, "suite.sock")}`,
      clean: () => rm(folder, { recursive: true, force: true }),
    };
  },
  lacks: zmqLacks,
});
