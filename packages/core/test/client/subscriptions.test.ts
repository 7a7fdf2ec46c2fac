import { describe, expect, it } from "vitest";
import { Subscriptions } from "../../src/client/subscriptions.js";
import { RpcError } from "../../src/errors.js";
import { checkLimits, type Limits } from "../../src/limits.js";
import type { Session } from "../../src/session/session.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import type { OutgoingFrame } from "../../src/wire/encode-frame.js";
import type { SubscribeFrame } from "../../src/wire/frame.js";

/** Of a session, what subscriptions use: frames leave by it. */
class SentFrames {
  readonly frames: OutgoingFrame[] = [];
  failure: Error | undefined;
  send(frame: OutgoingFrame): void {
    if (this.failure !== undefined) throw this.failure;
    this.frames.push(frame);
  }
  asSession(): Session {
    return this as unknown as Session;
  }
  get subscribes(): SubscribeFrame[] {
    return this.frames.filter((frame) => frame.type === "subscribe");
  }
}

function create(limits: Partial<Limits> = {}, timeoutMs = 1000) {
  const clock = new VirtualClock();
  const subscriptions = new Subscriptions({ clock, limits: checkLimits(limits), timeoutMs });
  const session = new SentFrames();
  return { clock, subscriptions, session };
}

const request = { service: "Desk", event: "ticks", prefix: "STOCK.", listener: undefined };
const refusal = { code: "unimplemented", message: "no event Desk.ticks", outcome: "not-executed" } as const;
const row = { topic: "STOCK.A", seq: 1, position: 1, at: 0, callId: undefined, value: 1, bytes: 10 };

describe("subscribing", () => {
  it("resolves when the server has confirmed, and asks with the credit there is", async () => {
    const { clock, subscriptions, session } = create({
      subscriptionCreditItems: 5,
      subscriptionCreditBytes: 50,
    });
    subscriptions.attach(session.asSession());
    const adding = subscriptions.add(request);
    const [frame] = session.subscribes;
    expect(frame).toMatchObject({
      service: "Desk",
      event: "ticks",
      prefix: "STOCK.",
      creditItems: 5,
      creditBytes: 50,
    });
    subscriptions.confirmed({ type: "subscribed", id: frame!.id, position: 0 });
    expect((await adding).prefix).toBe("STOCK.");
    expect([subscriptions.size, clock.timers]).toEqual([1, 0]);
  });

  it("waits for a session", async () => {
    const { subscriptions, session } = create();
    const adding = subscriptions.add(request);
    subscriptions.attach(session.asSession());
    subscriptions.confirmed({ type: "subscribed", id: session.subscribes[0]!.id, position: 0 });
    await adding;
  });

  it("rejects with the server's reason", async () => {
    const { clock, subscriptions, session } = create();
    subscriptions.attach(session.asSession());
    const adding = subscriptions.add(request);
    subscriptions.ended({ type: "unsubscribed", id: session.subscribes[0]!.id, ...refusal });
    await expect(adding).rejects.toMatchObject({ code: "unimplemented", outcome: "not-executed" });
    expect([subscriptions.size, clock.timers]).toEqual([0, 0]);
  });

  it("rejects after the client's timeout, and takes the question back", async () => {
    const { clock, subscriptions, session } = create();
    subscriptions.attach(session.asSession());
    const adding = subscriptions.add(request);
    adding.catch(() => {});
    await clock.advance(1000);
    await expect(adding).rejects.toMatchObject({
      code: "deadline_exceeded",
      message: "Desk.ticks: not confirmed within 1000 ms",
    });
    expect(session.frames.map(({ type }) => type)).toEqual(["subscribe", "unsubscribe"]);
    expect(subscriptions.size).toBe(0);
  });

  it("rejects when the question cannot be sent, and keeps nothing of it", async () => {
    const { clock, subscriptions, session } = create();
    subscriptions.attach(session.asSession());
    session.failure = new RpcError("resource_exhausted", "packet too large", { outcome: "not-executed" });
    await expect(subscriptions.add(request)).rejects.toBe(session.failure);
    expect([subscriptions.size, clock.timers]).toEqual([0, 0]);
  });

  it("rejects a bad prefix and one subscription too many at once", async () => {
    const { subscriptions } = create({ maxSubscriptions: 1 }, Number.POSITIVE_INFINITY);
    await expect(subscriptions.add({ ...request, prefix: "a b" })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    const first = subscriptions.add(request);
    await expect(subscriptions.add(request)).rejects.toMatchObject({
      code: "resource_exhausted",
      outcome: "not-executed",
      message: "Desk.ticks: this client has 1 subscriptions already (maxSubscriptions)",
    });
    subscriptions.close(new RpcError("cancelled", "the client was closed"));
    await expect(first).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("subscriptions of a client", () => {
  async function subscribed(limits: Partial<Limits> = {}) {
    const made = create(limits);
    made.subscriptions.attach(made.session.asSession());
    const adding = made.subscriptions.add(request);
    const id = made.session.subscribes[0]!.id;
    made.subscriptions.confirmed({ type: "subscribed", id, position: 0 });
    return { ...made, id, subscription: await adding };
  }

  it("return credit to the session", async () => {
    const { subscriptions, subscription, session, id } = await subscribed({ subscriptionCreditItems: 2 });
    subscriptions.events({ type: "events", id, kind: "live", rows: [row] });
    expect(subscriptions.queued).toBe(1);
    await subscription[Symbol.asyncIterator]().next();
    expect(session.frames.at(-1)).toEqual({ type: "subscriptionCredit", id, items: 1, bytes: 10 });
  });

  it("are asked for once in a new session, and tell one gap per topic", async () => {
    const { subscriptions, subscription, id } = await subscribed();
    subscriptions.events({ type: "events", id, kind: "live", rows: [row] });
    subscriptions.detach();
    const next = new SentFrames();
    subscriptions.attach(next.asSession());
    expect(next.subscribes).toHaveLength(1);
    expect(next.subscribes[0]!.id).not.toBe(id);
    const items = subscription[Symbol.asyncIterator]();
    await items.next();
    expect((await items.next()).value).toEqual({
      kind: "gap",
      topic: "STOCK.A",
      from: 2,
      to: null,
      reason: "epoch-changed",
    });
  });

  it("do not hear events for an id of the lost session", async () => {
    const { subscriptions, subscription, id } = await subscribed();
    subscriptions.detach();
    subscriptions.events({ type: "events", id, kind: "live", rows: [row] });
    expect(subscription.queued).toBe(0);
  });

  it("end when the new session's server refuses them", async () => {
    const { subscriptions, subscription } = await subscribed();
    subscriptions.detach();
    const next = new SentFrames();
    subscriptions.attach(next.asSession());
    subscriptions.ended({ type: "unsubscribed", id: next.subscribes[0]!.id, ...refusal });
    await expect(subscription.closed).rejects.toMatchObject({ code: "unimplemented" });
    expect(subscriptions.size).toBe(0);
  });

  it("end when they cannot be asked for in a new session, and the others go on", async () => {
    const { subscriptions, subscription, session } = await subscribed();
    const other = subscriptions.add({ ...request, event: "trades" });
    subscriptions.confirmed({ type: "subscribed", id: session.subscribes[1]!.id, position: 0 });
    await other;
    subscriptions.detach();
    const next = new SentFrames();
    const failure = new RpcError("resource_exhausted", "packet too large");
    next.send = (frame) => {
      if (frame.type === "subscribe" && frame.event === "ticks") throw failure;
      next.frames.push(frame);
    };
    subscriptions.attach(next.asSession());
    await expect(subscription.closed).rejects.toBe(failure);
    expect(next.subscribes.map(({ event }) => event)).toEqual(["trades"]);
  });

  it("tell the server when the program leaves, once", async () => {
    const { subscriptions, subscription, session, id } = await subscribed();
    await subscription.unsubscribe();
    await subscription.unsubscribe();
    expect(session.frames.slice(1)).toEqual([{ type: "unsubscribe", id }]);
    subscriptions.events({ type: "events", id, kind: "live", rows: [row] });
    subscriptions.ended({ type: "unsubscribed", id, ...refusal });
    expect(subscriptions.size).toBe(0);
  });

  it("end in order when the client is closed", async () => {
    const { subscriptions, subscription } = await subscribed();
    subscriptions.close(new RpcError("cancelled", "the client was closed"));
    await subscription.closed;
    const seen: unknown[] = [];
    for await (const item of subscription) seen.push(item);
    expect([seen, subscriptions.size]).toEqual([[], 0]);
  });
});
