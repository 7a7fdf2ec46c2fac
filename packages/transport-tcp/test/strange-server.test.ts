import { createServer } from "node:net";
import { connect } from "@rpc/core";
import { expect, test } from "vitest";
import { tcp } from "../src/index.js";

test("a server that answers in HTTP is told at once, not after trying for connectTimeoutMs", async () => {
  const server = createServer((socket) => {
    socket
      .on("error", () => {})
      .resume()
      .end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const url = `tcp://127.0.0.1:${port}`;
  // Longer than this test may take.
  await expect(connect(url, { transports: [tcp()], connectTimeoutMs: 120_000 })).rejects.toMatchObject({
    code: "failed_precondition",
    outcome: "not-executed",
    message: `${url}: connection lost in the handshake: the peer speaks HTTP; does a server of @rpc listen there, and by that scheme?`,
  });
  await new Promise((resolve) => server.close(resolve));
});
