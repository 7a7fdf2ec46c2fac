import { afterEach, describe, expect, it } from "vitest";
import { connect } from "../../src/client/connect.js";
import type { Remote } from "../../src/client/proxy.js";
import type { ServeOptions } from "../../src/server/serve-options.js";
import { type Server, serve } from "../../src/server/server.js";
import { expose } from "../../src/service/expose.js";
import { service } from "../../src/service/service.js";
import { until } from "../../src/testing/check.js";
import { memory } from "../../src/transports/memory.js";

@service("Desk")
class Desk {
  readonly open: (() => void)[] = [];

  @expose()
  hold(): Promise<void> {
    return new Promise((resolve) => this.open.push(resolve));
  }
}

let server: Server | undefined;

afterEach(() => server?.close({ graceMs: 0 }));

/** Serves a desk with `count` methods that run for clients which are gone. */
async function abandon(count: number, limits: ServeOptions["limits"] = {}) {
  const transport = memory();
  const desk = new Desk();
  server = await serve([desk], { transports: [transport], listen: "memory:desk", limits });
  for (let round = 1; round <= count; round++) {
    const client = await connect("memory:desk", { transports: [transport] });
    const held = client.service<Remote<Desk>>("Desk").hold();
    held.catch(() => {});
    await until("the method runs", () => desk.open.length === round);
    await client.close();
  }
  await until("the sessions are over", () => server!.stats().sessions.length === 0);
  return { desk, server, connect: () => connect("memory:desk", { transports: [transport] }) };
}

describe("methods that outlive their sessions", () => {
  it("count in the server's numbers until they settle", async () => {
    const { desk, server } = await abandon(3);
    expect(server.stats().runningCalls).toBe(3);
    for (const settle of desk.open) settle();
    await until("none runs", () => server.stats().runningCalls === 0);
  });

  it("are waited for by close, within its grace", async () => {
    const { desk, server } = await abandon(1);
    let closed = false;
    const closing = server.close({ graceMs: 5_000 }).then(() => {
      closed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(closed).toBe(false);
    desk.open[0]!();
    await closing;
  });

  it("are bounded for all sessions together", async () => {
    const { connect } = await abandon(2, { maxRunningCallsInAll: 2 });
    const client = await connect();
    await expect(client.service<Remote<Desk>>("Desk").hold()).rejects.toMatchObject({
      code: "resource_exhausted",
      outcome: "not-executed",
      message: "Desk.hold: 2 calls of all clients run already (maxRunningCallsInAll)",
    });
    await client.close();
  });
});
