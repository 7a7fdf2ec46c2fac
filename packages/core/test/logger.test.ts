import { describe, expect, it } from "vitest";
import { connect } from "../src/client/client.js";
import type { Remote } from "../src/client/proxy.js";
import { guardLogger, type Logger } from "../src/logger.js";
import { serve } from "../src/server/server.js";
import { expose } from "../src/service/expose.js";
import { service } from "../src/service/service.js";
import { memory } from "../src/transports/memory.js";

const fail = () => {
  throw new Error("the disk is full");
};
const throwing: Logger = { debug: fail, info: fail, warn: fail, error: fail };

@service("Desk")
class Desk {
  runs = 0;

  @expose()
  fail(): void {
    this.runs += 1;
    throw new Error("no stock");
  }
}

describe("guardLogger", () => {
  it("lets nothing out that the logger throws or rejects with", async () => {
    const guarded = guardLogger("serve", throwing);
    for (const level of ["debug", "info", "warn", "error"] as const)
      expect(() => guarded[level]("x")).not.toThrow();
    const rejecting = guardLogger("serve", {
      ...throwing,
      warn: () => Promise.reject(new Error("late")) as never,
    });
    rejecting.warn("x");
    await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("names what a logger lacks", () => {
    expect(() => guardLogger("serve", { info() {}, warn() {} } as never)).toThrow(
      "serve: logger must have the functions debug, info, warn, error, such as console has; missing: debug, error",
    );
    expect(() => guardLogger("connect", null as never)).toThrow(TypeError);
  });
});

describe("a logger that throws", () => {
  it("fails no call beyond its own failure, and each runs once", async () => {
    const transport = memory();
    const desk = new Desk();
    const server = await serve([desk], { transports: [transport], listen: "memory:desk", logger: throwing });
    const client = await connect("memory:desk", { transports: [transport], logger: throwing });
    const remote = client.service<Remote<Desk>>("Desk");
    for (let round = 0; round < 3; round++)
      await expect(remote.fail()).rejects.toMatchObject({ code: "internal", outcome: "executed" });
    expect(desk.runs).toBe(3);
    expect(client.state).toBe("online");
    await client.close();
    await server.close({ graceMs: 0 });
  });
});
