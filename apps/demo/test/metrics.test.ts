import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { connect, type Remote } from "@rpc/core";
import { expect, it } from "vitest";
import { openMetrics } from "../src/metrics.js";
import { openServer } from "../src/open-server.js";
import type { Person } from "../src/person.js";
import { createTransports } from "../src/places.js";

async function findPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

it("serves what calls took for Prometheus, until it is closed", async () => {
  const port = await findPort();
  const metrics = await openMetrics(port);
  const server = await openServer("tcp://127.0.0.1:0", createTransports(), metrics.watch);
  const client = await connect(server.url, { transports: createTransports() });
  await client.service<Remote<Person>>("Person").getName();
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(text).toMatch(/rpc_server_call_duration_count\{.*rpc_method="Person\/getName".*\} 1/);
  expect(text).toMatch(/rpc_server_sessions\{.*\} 1/);
  await expect(openMetrics(port)).rejects.toThrow(`no metrics at port ${port}: listen EADDRINUSE`);
  await client.close();
  await server.close();
  await metrics.close();
});
