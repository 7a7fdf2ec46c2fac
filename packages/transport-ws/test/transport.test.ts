import { createServer } from "node:http";
import { testTransport } from "@rpc/core/testing";
import { ws } from "@rpc/transport-ws";
import { afterAll, test } from "vitest";
import { type Certificates, createCertificates } from "../../transport-tcp/test/certificates.js";

const openHandles = () => process.getActiveResourcesInfo();

testTransport({
  name: "ws",
  test,
  create: async () => ({ serving: ws(), connecting: ws(), url: "ws://127.0.0.1:0/rpc" }),
  openHandles,
});

let certificates: Certificates | undefined;
afterAll(() => certificates?.remove());

testTransport({
  name: "wss",
  test,
  async create() {
    certificates ??= createCertificates();
    const { server, caFile } = certificates;
    return { serving: ws({ tls: server }), connecting: ws({ tls: { caFile } }), url: "wss://127.0.0.1:0" };
  },
  openHandles,
});

testTransport({
  name: "ws on a server that is there",
  test,
  async create() {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
      serving: ws({ server }),
      connecting: ws(),
      url: "ws://127.0.0.1:0/rpc",
      clean: () => new Promise<void>((resolve) => server.close(() => resolve())),
    };
  },
  openHandles,
});
