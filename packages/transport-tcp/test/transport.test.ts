import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testTransport } from "@rpc/core/testing";
import { tcp } from "@rpc/transport-tcp";
import { afterAll, test } from "vitest";
import { type Certificates, createCertificates } from "./certificates.js";

const openHandles = () => process.getActiveResourcesInfo();

testTransport({
  name: "tcp",
  test,
  create: async () => ({ serving: tcp(), connecting: tcp(), url: "tcp://127.0.0.1:0" }),
  openHandles,
});

let certificates: Certificates | undefined;
afterAll(() => certificates?.remove());

testTransport({
  name: "tls",
  test,
  async create() {
    certificates ??= createCertificates();
    const { server, caFile } = certificates;
    return { serving: tcp({ tls: server }), connecting: tcp({ tls: { caFile } }), url: "tls://127.0.0.1:0" };
  },
  openHandles,
});

testTransport({
  name: "unix",
  test,
  async create() {
    const folder = await mkdtemp(join(tmpdir(), "rpc-unix-"));
    return {
      serving: tcp(),
      connecting: tcp(),
      url: `unix:${join(folder, "suite.sock")}`,
      clean: () => rm(folder, { recursive: true, force: true }),
    };
  },
  openHandles,
});
