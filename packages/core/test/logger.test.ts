import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { connect } from "../src/client/connect.js";
import type { Remote } from "../src/client/proxy.js";
import { systemClock } from "../src/clock.js";
import type { RpcError } from "../src/errors.js";
import { boundLog } from "../src/log-bounds.js";
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

  @expose()
  reveal(): unknown {
    return {
      get account() {
        throw new Error("the vault's password is hunter2");
      },
    };
  }
}

describe("guardLogger", () => {
  it("lets nothing out that the logger throws or rejects with", async () => {
    const guarded = guardLogger("serve", throwing, boundLog(systemClock));
    for (const level of ["debug", "info", "warn", "error"] as const)
      expect(() => guarded[level]("x")).not.toThrow();
    const late = { ...throwing, warn: () => Promise.reject(new Error("late")) as never };
    const rejecting = guardLogger("serve", late, boundLog(systemClock));
    rejecting.warn("x");
    await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it("names what a logger lacks", () => {
    expect(() => guardLogger("serve", { info() {}, warn() {} } as never, boundLog(systemClock))).toThrow(
      "serve: logger must have the functions debug, info, warn, error, such as console has; missing: debug, error",
    );
    expect(() => guardLogger("connect", null as never, boundLog(systemClock))).toThrow(TypeError);
  });
});

describe("no logger", () => {
  it("is told to the caller of a method that failed: nobody is sent to a log that is not there", async () => {
    const [error] = await failOnce(undefined);
    expect(error!.message).toBe(
      `Desk.fail: internal error (error id ${error!.errorId}; nothing says more, as the server was given no logger)`,
    );
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

/** Fails calls of a server that logs to `logger`; returns what the callers learned. */
async function failOnce(logger: Logger | undefined): Promise<RpcError[]> {
  const transport = memory();
  const server = await serve([new Desk()], {
    transports: [transport],
    listen: "memory:desk",
    ...(logger && { logger }),
  });
  const client = await connect("memory:desk", { transports: [transport] });
  const remote = client.service<Remote<Desk>>("Desk");
  const learned = [
    await remote.fail().catch((error) => error),
    await remote.reveal().catch((error) => error),
  ];
  await client.close();
  await server.close({ graceMs: 0 });
  return learned;
}

describe("a failure", () => {
  it("is one line of a pino log, with the id that the caller got and all that the caller did not", async () => {
    const written: string[] = [];
    const learned = await failOnce(pino({ level: "debug" }, { write: (line) => void written.push(line) }));
    const lines = written.map((line) => JSON.parse(line) as { level: number; msg: string });
    expect(lines.map(({ level }) => level)).toEqual([50, 50]);
    for (const [index, error] of learned.entries()) {
      expect(error.errorId).toMatch(/^[0-9a-f]{16}$/);
      expect(lines[index]!.msg).toContain(error.errorId);
      expect(`${error.message}${JSON.stringify(error)}`).not.toMatch(/stock|hunter2|\.ts|node:|\bat /);
    }
    expect(lines[0]!.msg).toMatch(
      /^Desk\.fail failed, error id [0-9a-f]{16}: Error: no stock\n {4}at .*logger\.test\.ts/,
    );
    expect(lines[1]!.msg).toContain("the vault's password is hunter2");
  });

  it("is one line of the console", async () => {
    const lines = vi.spyOn(console, "error").mockImplementation(() => {});
    try {
      const learned = await failOnce(console);
      expect(lines.mock.calls).toHaveLength(2);
      for (const [index, { errorId }] of learned.entries())
        expect(lines.mock.calls[index]).toEqual([expect.stringContaining(errorId!)]);
    } finally {
      lines.mockRestore();
    }
  });

  it("that is one of too many to log says so to its caller", async () => {
    const lines: string[] = [];
    const logger = { ...throwing, warn() {}, error: (line: string) => void lines.push(line) };
    const transport = memory();
    const server = await serve([new Desk()], { transports: [transport], listen: "memory:desk", logger });
    const client = await connect("memory:desk", { transports: [transport] });
    const remote = client.service<Remote<Desk>>("Desk");
    const failed = await Promise.all(
      Array.from({ length: 1_100 }, () => remote.fail().catch((error: RpcError) => error.message)),
    );
    const unlogged = failed.filter((message) => String(message).includes("one of too many to log"));
    expect(unlogged.length).toBe(1_100 - lines.length);
    expect(unlogged.length).toBeGreaterThan(50);
    await client.close();
    await server.close({ graceMs: 0 });
  });
});
