import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testTransport } from "@rpc/core/testing";
import { zmq, zmqLacks } from "@rpc/transport-zmq";
import { test } from "vitest";

testTransport({
  name: "zmq",
  test,
  create: async () => ({ serving: zmq(), connecting: zmq(), url: "zmq://127.0.0.1:0" }),
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
