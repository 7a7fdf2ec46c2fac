import { describe, expect, it, onTestFinished } from "vitest";
import type { Client } from "../../src/client/client.js";
import { connect } from "../../src/client/connect.js";
import type { Remote } from "../../src/client/proxy.js";
import { RpcError } from "../../src/errors.js";
import type { HealthReport } from "../../src/server/health.js";
import type { ServeOptions } from "../../src/server/serve-options.js";
import { serve } from "../../src/server/server.js";
import type { StatsReport } from "../../src/server/stats-report.js";
import { Event } from "../../src/service/event.js";
import { event } from "../../src/service/event-decorator.js";
import { expose } from "../../src/service/expose.js";
import { service } from "../../src/service/service.js";
import { until } from "../../src/testing/check.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { memory } from "../../src/transports/memory.js";

@service("Quotes")
class Quotes {
  @event() readonly ticks = new Event<number>();
  settle: (() => void) | undefined;

  @expose() last(): number {
    return 7;
  }
  @expose() fail(): never {
    throw new RpcError("aborted", "no");
  }
  @expose() wait(): Promise<void> {
    return new Promise((resolve) => {
      this.settle = resolve;
    });
  }
}

interface Rpc {
  health(service?: unknown): Promise<HealthReport>;
  stats(): Promise<StatsReport>;
  watchHealth: { stream(service?: unknown): AsyncIterable<HealthReport> };
  watchStats: { stream(intervalMs?: unknown): AsyncIterable<StatsReport> };
}

async function open(options: Partial<ServeOptions> = {}, quotes = new Quotes()) {
  const transports = [memory()];
  const server = await serve([quotes], { transports, listen: "memory:quotes", ...options });
  const clients: Client[] = [];
  onTestFinished(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await server.close({ graceMs: 0 });
  });
  const join = async () => {
    const client = await connect(server.urls[0]!, { transports });
    clients.push(client);
    return { client, rpc: client.service<Rpc>("$rpc"), quotes: client.service<Remote<Quotes>>("Quotes") };
  };
  return { server, service: quotes, join, ...(await join()) };
}

describe("health", () => {
  it("tells everybody who may connect what the application says", async () => {
    const { server, rpc } = await open({ describe: false, stats: false });
    expect(await rpc.health()).toEqual({ status: "serving", epoch: server.epoch, services: {} });
    server.health.set("Quotes", "not-serving", "no feed");
    const first = await rpc.health();
    expect(first.services).toEqual({
      Quotes: { status: "not-serving", reason: "no feed", since: expect.any(Number) },
    });
    server.health.set("Quotes", "not-serving", "still no feed");
    expect((await rpc.health()).services["Quotes"]).toEqual({
      ...first.services["Quotes"],
      reason: "still no feed",
    });
    server.health.set("Quotes", "serving");
    expect((await rpc.health()).services["Quotes"]).toEqual({ status: "serving", since: expect.any(Number) });
  });

  it("refuses to speak of a service that is not served", async () => {
    const { server, rpc } = await open();
    expect(await rpc.health("Quotes")).toEqual(server.health.report);
    for (const other of ["quotes", "toString", "$rpc", 7, null]) {
      const error = { code: "not_found", outcome: "executed", message: `no service ${other} is served here` };
      await expect(rpc.health(other)).rejects.toMatchObject(error);
      const watched = rpc.watchHealth.stream(other)[Symbol.asyncIterator]().next();
      await expect(watched).rejects.toMatchObject(error);
    }
  });

  it("cuts a reason that is too long, and refuses what makes no sense", async () => {
    const { server } = await open();
    server.health.set("Quotes", "not-serving", "x".repeat(10_000));
    expect(server.health.report.services["Quotes"]!.reason).toHaveLength(257);
    const { health } = server;
    expect(() => health.set("Quote", "serving")).toThrow(/no service Quote is served; there are Quotes/);
    expect(() => health.set("$rpc", "serving")).toThrow(/no service/);
    expect(() => health.set("Quotes", "fine" as "serving")).toThrow(
      /expected serving or not-serving, got fine/,
    );
    expect(() => health.set("Quotes", "serving", 7 as unknown as string)).toThrow(/reason to be a string/);
  });

  it("is told to who watches at every change, the newest where several came", async () => {
    const { server, rpc } = await open();
    const watch = rpc.watchHealth.stream()[Symbol.asyncIterator]();
    expect((await watch.next()).value).toMatchObject({ status: "serving", services: {} });
    const next = watch.next();
    server.health.set("Quotes", "not-serving", "one");
    server.health.set("Quotes", "not-serving", "two");
    expect((await next).value).toMatchObject({ services: { Quotes: { reason: "two" } } });
    await watch.return?.();
    await until("it has happened", () => server.stats().runningCalls === 0);
  });

  it("says draining at the end, to who watches and to who asks, and holds up nothing", async () => {
    const { server, service: served, rpc, quotes } = await open();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { status } of rpc.watchHealth.stream()) seen.push(status);
    })();
    await until("it has happened", () => seen.length === 1);
    const waiting = quotes.wait();
    await until("it has happened", () => served.settle !== undefined);
    const closing = server.close();
    await watching;
    expect(seen).toEqual(["serving", "draining"]);
    served.settle!();
    await waiting;
    await closing;
  });

  it("a server that only has watchers closes at once", async () => {
    const clock = new VirtualClock();
    const transports = [memory()];
    const server = await serve([new Quotes()], { transports, listen: "memory:idle", clock });
    const client = await connect("memory:idle", { transports, clock });
    const rpc = client.service<Rpc>("$rpc");
    const over: string[] = [];
    const read = async (name: string, stream: AsyncIterable<unknown>) => {
      for await (const _ of stream) over.push(`${name} item`);
      over.push(`${name} over`);
    };
    void read("health", rpc.watchHealth.stream());
    void read("stats", rpc.watchStats.stream(60_000));
    await clock.settle();
    const closed = server.close({ graceMs: 30_000 }).then(() => over.push("closed"));
    await clock.advance(1_000);
    expect(over).toEqual(expect.arrayContaining(["health over", "stats over", "closed"]));
    await closed;
    await client.close();
  });
});

describe("statistics", () => {
  it("are told to whom describe names, or stats", async () => {
    const denied = { code: "permission_denied" };
    const none = { code: "unimplemented" };
    expect(await (await open()).rpc.stats()).toMatchObject({ connections: 1, sessions: 1 });
    const refused = await open({ describe: false });
    await expect(refused.rpc.stats()).rejects.toMatchObject(none);
    const other = await open({ describe: false, stats: (identity) => identity === "operator" });
    await expect(other.rpc.stats()).rejects.toMatchObject(denied);
    await expect(other.rpc.watchStats.stream()[Symbol.asyncIterator]().next()).rejects.toMatchObject(denied);
    const operator = await open({
      stats: (identity) => identity === "operator",
      authenticate: () => "operator",
    });
    expect(await operator.rpc.stats()).toMatchObject({ sessions: 1 });
  });

  it("count calls, refusals, events and what waits", async () => {
    const { rpc, quotes, service: served, join } = await open();
    const other = await join();
    await other.quotes.ticks.subscribe("");
    served.ticks.publish("A", 1);
    served.ticks.publish("B", 1);
    await quotes.last();
    await expect((quotes as unknown as { gone(): Promise<void> }).gone()).rejects.toThrow("no method");
    const before = await rpc.stats();
    expect(before).toMatchObject({
      draining: false,
      sessions: 2,
      detachedSessions: 0,
      subscriptions: 1,
      refused: { unimplemented: 1 },
      events: [{ name: "Quotes.ticks", mode: "signal", topics: 2, subscriptions: 1, published: 2 }],
      methods: [],
    });
    await quotes.last();
    expect((await rpc.stats()).calls - before.calls).toBe(2);
  });

  it("measure methods only while somebody watches", async () => {
    const { rpc, quotes, server } = await open();
    const watch = rpc.watchStats.stream(100)[Symbol.asyncIterator]();
    expect((await watch.next()).value).toMatchObject({ methods: [], intervalMs: 0 });
    await Promise.all([quotes.last(), quotes.last(), quotes.fail().catch(() => {})]);
    const { methods, intervalMs } = (await watch.next()).value as StatsReport;
    expect(intervalMs).toBeGreaterThan(90);
    expect(methods).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: "Quotes.last", calls: 2, failed: 0 }),
        expect.objectContaining({ name: "Quotes.fail", calls: 1, failed: 1 }),
      ]),
    );
    expect((await watch.next()).value).toMatchObject({ methods: [] });
    await watch.return?.();
    await until("it has happened", () => server.stats().runningCalls === 0);
  });

  it("show who is slow, the worst first", async () => {
    let count = 0;
    const {
      service: served,
      join,
      rpc,
    } = await open({
      authenticate: () => ({ name: `client ${count++}`, secret: "s3cret" }),
      limits: { subscriptionQueueItems: 4, subscriptionCreditItems: 1 },
    });
    const other = await join();
    const slow = await other.quotes.ticks.subscribe("");
    for (let tick = 0; tick < 2_000; tick++) served.ticks.publish("A", tick);
    const report = await rpc.stats();
    expect(report.slow[0]).toMatchObject({ who: "client 1", queuedEvents: expect.any(Number) });
    expect(report.slow[0]!.droppedEvents).toBeGreaterThan(0);
    expect(report.droppedEvents).toBe(report.slow[0]!.droppedEvents);
    expect(JSON.stringify(report)).not.toContain("s3cret");
    await slow.unsubscribe();
  });

  it("bound how often, and by how many they are watched", async () => {
    const { rpc, server } = await open();
    const first = (intervalMs: unknown) => rpc.watchStats.stream(intervalMs)[Symbol.asyncIterator]().next();
    for (const intervalMs of [0, 99, 60_001, Number.NaN, "100"])
      await expect(first(intervalMs)).rejects.toMatchObject({ code: "invalid_argument" });
    for (let watcher = 0; watcher < 16; watcher++) await first(60_000);
    await expect(first(60_000)).rejects.toMatchObject({ code: "resource_exhausted" });
    expect(server.stats().runningCalls).toBe(16);
  });
});
