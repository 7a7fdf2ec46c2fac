import { afterEach, describe, expect, it } from "vitest";
import type { CallContext } from "../../src/call.js";
import type { Client } from "../../src/client/client.js";
import { connect } from "../../src/client/connect.js";
import type { ServeOptions } from "../../src/server/serve-options.js";
import { type Server, serve } from "../../src/server/server.js";
import { expose } from "../../src/service/expose.js";
import { service } from "../../src/service/service.js";
import { until } from "../../src/testing/check.js";
import { createFaultyLink } from "../../src/testing/faulty-link.js";
import { memory } from "../../src/transports/memory.js";

@service("Desk")
class Desk {
  @expose({ context: true })
  whoAmI(context: CallContext): unknown {
    return context.identity;
  }
}

let opened: { client: Client; server: Server } | undefined;

afterEach(async () => {
  await opened?.client.close();
  await opened?.server.close({ graceMs: 0 });
});

async function open(options: Partial<ServeOptions>) {
  const transport = memory();
  const link = createFaultyLink(transport);
  const shown = { credentials: { user: "ann", role: "trader" } };
  const server = await serve([new Desk()], {
    transports: [transport],
    listen: "memory:desk",
    authenticate: (credentials) => credentials,
    ...options,
  });
  const client = await connect("memory:desk", {
    transports: [link.transport],
    credentials: () => shown.credentials,
  });
  opened = { client, server };
  const states: string[] = [];
  client.onState((state) => states.push(state));
  const comeBack = async () => {
    link.cut();
    await until("the client is back", () => client.state === "online" && states.length > 1);
  };
  return { desk: client.service<{ whoAmI(): Promise<unknown> }>("Desk"), shown, states, comeBack };
}

describe("a session whose client comes back", () => {
  it("is resumed for the same identity", async () => {
    const { states, comeBack } = await open({});
    await comeBack();
    expect(states).toEqual(["resuming", "online"]);
  });

  it("is not resumed for another: the client gets a new session as who it is now", async () => {
    const { desk, shown, states, comeBack } = await open({});
    expect(await desk.whoAmI()).toEqual({ user: "ann", role: "trader" });
    shown.credentials = { user: "bob", role: "trader" };
    await comeBack();
    expect(states).toContain("reset");
    expect(await desk.whoAmI()).toEqual({ user: "bob", role: "trader" });
  });

  it("takes what is new about the same caller, by outcomeScope", async () => {
    const { desk, shown, states, comeBack } = await open({
      outcomeScope: (identity) => (identity as { user: string }).user,
    });
    shown.credentials = { user: "ann", role: "none" };
    await comeBack();
    expect(states).toEqual(["resuming", "online"]);
    expect(await desk.whoAmI()).toEqual({ user: "ann", role: "none" });
  });

  it("is not resumed when the identity cannot be compared", async () => {
    const { states, comeBack } = await open({ authenticate: () => ({ check() {} }) });
    await comeBack();
    expect(states).toContain("reset");
  });
});
