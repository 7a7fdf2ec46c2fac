import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CallContext } from "../../src/call.js";
import type { Client } from "../../src/client/client.js";
import { connect } from "../../src/client/connect.js";
import type { Remote } from "../../src/client/proxy.js";
import { type Server, serve } from "../../src/server/server.js";
import { expose } from "../../src/service/expose.js";
import { service } from "../../src/service/service.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { memory } from "../../src/transports/memory.js";

@service("Desk")
class Desk {
  readonly aborted: string[] = [];
  @expose({ context: true }) look(context: CallContext): unknown {
    return {
      metadata: context.metadata,
      timeLeftMs: context.timeLeftMs,
      identity: context.identity,
      peer: context.peer,
    };
  }
  @expose({ context: true }) wait(context: CallContext): Promise<void> {
    return new Promise((_, reject) => {
      context.signal.addEventListener("abort", () => {
        this.aborted.push(`${context.method}: ${(context.signal.reason as Error).message}`);
        reject(context.signal.reason as Error);
      });
    });
  }
}

describe("$with, from client to method,", () => {
  let clock: VirtualClock;
  let desk: Desk;
  let server: Server;
  let client: Client;
  // The context is a parameter of the methods as TypeScript sees them, and none to a caller.
  let remote: Remote<{ look(): { timeLeftMs: number; metadata: unknown }; wait(): void }>;

  beforeEach(async () => {
    clock = new VirtualClock();
    desk = new Desk();
    const transports = [memory()];
    server = await serve([desk], { transports, listen: "memory:desk", clock });
    client = await connect("memory:desk", { transports, clock });
    remote = client.service("Desk");
  });

  afterEach(async () => {
    await client.close();
    const closing = server.close({ graceMs: 0 });
    await clock.advance(1);
    await closing;
    expect(clock.timers).toBe(0);
  });

  it("carries a timeout, ten seconds unless told", async () => {
    expect(await remote.look()).toMatchObject({ timeLeftMs: 10_000 });
    expect(await remote.$with({ timeoutMs: 70 }).look()).toMatchObject({ timeLeftMs: 70 });
    expect(await remote.$with({ timeoutMs: Number.POSITIVE_INFINITY }).look()).toMatchObject({
      timeLeftMs: Number.POSITIVE_INFINITY,
    });
  });

  it("carries metadata, added up", async () => {
    const outer = remote.$with({ metadata: { tenant: "a" } });
    expect(await outer.$with({ metadata: { trace: "t" } }).look()).toMatchObject({
      metadata: { tenant: "a", trace: "t" },
    });
    expect(await remote.look()).toMatchObject({ metadata: {} });
  });

  it("refuses metadata beyond the server's limit before it is sent", async () => {
    await expect(remote.$with({ metadata: { long: "ä".repeat(5000) } }).look()).rejects.toMatchObject({
      code: "resource_exhausted",
      outcome: "not-executed",
      message: "Desk.look: metadata of 10011 bytes exceeds the server's maxMetadataBytes of 8192",
    });
  });

  it("gives up at the timeout on both sides", async () => {
    const waiting = remote.$with({ timeoutMs: 100 }).wait();
    waiting.catch(() => {});
    await clock.advance(100);
    await expect(waiting).rejects.toMatchObject({ code: "deadline_exceeded", outcome: "unknown" });
    expect(desk.aborted).toEqual(["wait: Desk.wait: its deadline passed"]);
    expect(server.stats().runningCalls).toBe(0);
  });

  it("cancels by the signal: the caller is told at once, the handler's signal aborts", async () => {
    const controller = new AbortController();
    const waiting = remote.$with({ signal: controller.signal }).wait();
    await clock.settle();
    controller.abort();
    await expect(waiting).rejects.toMatchObject({
      code: "cancelled",
      outcome: "unknown",
      message: "Desk.wait: cancelled by its caller",
    });
    await clock.settle();
    expect(desk.aborted).toEqual(["wait: Desk.wait: cancelled by its caller"]);
    expect(client.stats().pendingCalls).toBe(0);
  });

  it("sends nothing when the signal is aborted already, keeping its reason", async () => {
    const reason = new Error("changed my mind");
    await expect(remote.$with({ signal: AbortSignal.abort(reason) }).look()).rejects.toMatchObject({
      code: "cancelled",
      outcome: "not-executed",
      message: "Desk.look: cancelled before it was sent",
      cause: reason,
    });
  });

  it("leaves no listener on the signal once the call has settled", async () => {
    const { signal } = new AbortController();
    const seen = { listeners: 0 };
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      seen.listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      seen.listeners -= 1;
      remove(...args);
    };
    await remote.$with({ signal }).look();
    await remote.$with({ signal, timeoutMs: 10 }).look();
    expect(seen.listeners).toBe(0);
  });

  it.each([0, -1, Number.NaN, "10" as unknown as number])("refuses the timeout %s", (timeoutMs) => {
    expect(() => remote.$with({ timeoutMs }).look()).toThrow(
      /^timeoutMs must be a number of milliseconds above 0, or Infinity; got /,
    );
  });
});
