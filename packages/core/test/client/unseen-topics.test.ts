import { afterEach, describe, expect, it } from "vitest";
import type { Client } from "../../src/client/client.js";
import { connect } from "../../src/client/connect.js";
import type { EventItem } from "../../src/client/event-item.js";
import type { RemoteEvent } from "../../src/client/remote-event.js";
import { type Server, serve } from "../../src/server/server.js";
import { Event } from "../../src/service/event.js";
import { event } from "../../src/service/event-decorator.js";
import { service } from "../../src/service/service.js";
import { until } from "../../src/testing/check.js";
import { createFaultyLink } from "../../src/testing/faulty-link.js";
import { memory } from "../../src/transports/memory.js";

@service("Desk")
class Desk {
  @event() readonly ticks = new Event<number>();
  @event({ mode: "log", history: { count: 2 } }) readonly trades = new Event<number>();
}

interface RemoteDesk {
  readonly ticks: RemoteEvent<number>;
  readonly trades: RemoteEvent<number>;
}

const opened: { client?: Client; server?: Server } = {};

afterEach(async () => {
  await opened.client?.close();
  await opened.server?.close({ graceMs: 0 });
});

async function open(name: "ticks" | "trades") {
  const transport = memory();
  const link = createFaultyLink(transport);
  const start = async () => {
    const desk = new Desk();
    opened.server = await serve([desk], {
      transports: [transport],
      listen: "memory:desk",
      limits: { sessionRetentionMs: 20 },
    });
    return desk;
  };
  const desk = await start();
  const client = await connect("memory:desk", { transports: [link.transport] });
  opened.client = client;
  const items: EventItem<number>[] = [];
  await client.service<RemoteDesk>("Desk")[name].subscribe("", (item) => void items.push(item));
  desk[name].publish("SEEN", 1);
  await until("the first event is here", () => items.length === 1);
  const leave = async () => {
    link.refuse();
    link.cut();
    await until("the session is over", () => opened.server!.stats().sessions.length === 0);
  };
  const comeBack = async () => {
    link.allow();
    await until("the client is back", () => client.state === "online");
  };
  const restart = async () => {
    await leave();
    await opened.server!.close({ graceMs: 0 });
    return start();
  };
  return { desk, items, leave, comeBack, restart };
}

describe("events of a topic that a subscription never saw, published while it was away", () => {
  it.each([
    ["ticks", { kind: "gap", topic: "UNSEEN", from: 1, to: 5, reason: "transport" }],
    ["trades", { kind: "gap", topic: "UNSEEN", from: 1, to: 3, reason: "history-evicted" }],
  ] as const)("are told as a gap of %s in the same epoch", async (name, gap) => {
    const { desk, items, leave, comeBack } = await open(name);
    await leave();
    for (let count = 1; count <= 5; count++) desk[name].publish("UNSEEN", count);
    await comeBack();
    await until("the gap is told", () => items.length > 1);
    expect(items).toContainEqual(gap);
  });

  it.each([
    ["ticks", { kind: "gap", topic: "UNSEEN", from: 1, to: 5, reason: "transport" }],
    ["trades", { kind: "gap", topic: "UNSEEN", from: 1, to: 3, reason: "history-evicted" }],
  ] as const)("are told as a gap of %s in a new epoch", async (name, gap) => {
    const { items, comeBack, restart } = await open(name);
    const desk = await restart();
    for (let count = 1; count <= 5; count++) desk[name].publish("UNSEEN", count);
    await comeBack();
    await until("the gaps are told", () => items.length > 2);
    expect(items).toContainEqual({ kind: "gap", topic: "SEEN", from: 2, to: null, reason: "epoch-changed" });
    expect(items).toContainEqual(gap);
  });
});
