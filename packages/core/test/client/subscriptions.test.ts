import { describe, expect, it } from "vitest";
import { Subscriptions } from "../../src/client/subscriptions.js";
import { RpcError } from "../../src/errors.js";
import { checkLimits, type Limits } from "../../src/limits.js";
import { silentLogger } from "../../src/logger.js";
import type { Session } from "../../src/session/session.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import type { OutgoingFrame } from "../../src/wire/encode-frame.js";
import type { SubscribedFrame, SubscribeFrame } from "../../src/wire/frame.js";

/** Of a session, what subscriptions use: frames leave by it. */
class SentFrames {
  readonly frames: OutgoingFrame[] = [];
  failure: Error | undefined;
  send(frame: OutgoingFrame): number {
    if (this.failure !== undefined) throw this.failure;
    return this.frames.push(frame);
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
  const subscriptions = new Subscriptions({
    clock,
    limits: checkLimits(limits),
    timeoutMs,
    logger: silentLogger,
    obstacle: () => "",
  });
  const session = new SentFrames();
  return { clock, subscriptions, session };
}

const request = {
  service: "Desk",
  event: "ticks",
  prefix: "STOCK.",
  listener: undefined,
  from: "now",
} as const;
const refusal = { code: "unimplemented", message: "no event Desk.ticks", outcome: "not-executed" } as const;
const row = { topic: "STOCK.A", seq: 1, position: 1, at: 0, callId: undefined, value: 1, bytes: 10 };

function confirmation(id: number, position = 0): SubscribedFrame {
  return { type: "subscribed", id, position, mode: "signal" };
}

describe("subscribing", () => {
  it("resolves when the server has confirmed, and asks with the credit there is", async () => {
    const { clock, subscriptions, session } = create({
      subscriptionCreditItems: 5,
      subscriptionCreditBytes: 50,
    });
    subscriptions.attach(session.asSession(), "first");
    const adding = subscriptions.add(request);
    const [frame] = session.subscribes;
    expect(frame).toMatchObject({
      service: "Desk",
      event: "ticks",
      prefix: "STOCK.",
      creditItems: 5,
      creditBytes: 50,
    });
    subscriptions.confirmed(confirmation(frame!.id));
    expect((await adding).prefix).toBe("STOCK.");
    expect([subscriptions.size, clock.timers]).toEqual([1, 0]);
  });

  it("asks from where the program said, and tells it the mode and where it began", async () => {
    const { subscriptions, session } = create();
    subscriptions.attach(session.asSession(), "first");
    const now = subscriptions.add(request);
    const oldest = subscriptions.add({ ...request, from: "oldest" });
    const stored = subscriptions.add({ ...request, from: { epoch: "first", position: 40 } });
    const over = subscriptions.add({ ...request, from: { epoch: "before", position: 50 } });
    expect(session.subscribes.map(({ from }) => from)).toEqual([undefined, "oldest", 40, "oldest"]);
    for (const { id } of session.subscribes)
      subscriptions.confirmed({ ...confirmation(id, 41), mode: "log" });
    expect((await Promise.all([now, oldest, stored])).map(({ queued }) => queued)).toEqual([0, 0, 0]);
    expect((await over).queued).toBe(1);
    expect(await now).toMatchObject({ mode: "log", position: { epoch: "first", position: 41 } });
  });

  it("waits for a session", async () => {
    const { subscriptions, session } = create();
    const adding = subscriptions.add(request);
    subscriptions.attach(session.asSession(), "first");
    subscriptions.confirmed(confirmation(session.subscribes[0]!.id));
    await adding;
  });

  it("rejects with the server's reason", async () => {
    const { clock, subscriptions, session } = create();
    subscriptions.attach(session.asSession(), "first");
    const adding = subscriptions.add(request);
    subscriptions.ended({ type: "unsubscribed", id: session.subscribes[0]!.id, ...refusal });
    await expect(adding).rejects.toMatchObject({ code: "unimplemented", outcome: "not-executed" });
    expect([subscriptions.size, clock.timers]).toEqual([0, 0]);
  });

  it("rejects after the client's timeout, and takes the question back", async () => {
    const { clock, subscriptions, session } = create();
    subscriptions.attach(session.asSession(), "first");
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
    subscriptions.attach(session.asSession(), "first");
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
    made.subscriptions.attach(made.session.asSession(), "first");
    const adding = made.subscriptions.add(request);
    const id = made.session.subscribes[0]!.id;
    made.subscriptions.confirmed(confirmation(id));
    return { ...made, id, subscription: await adding };
  }

  it("return credit to the session", async () => {
    const { subscriptions, subscription, session, id } = await subscribed({ subscriptionCreditItems: 2 });
    subscriptions.events({ type: "events", id, kind: "live", rows: [row] });
    expect(subscriptions.queued).toBe(1);
    await subscription[Symbol.asyncIterator]().next();
    expect(session.frames.at(-1)).toEqual({ type: "subscriptionCredit", id, items: 1, bytes: 10 });
  });

  it("are asked for once in a new session, and tell one gap per topic when its server began anew", async () => {
    const { subscriptions, subscription, session, id } = await subscribed();
    subscriptions.events({ type: "events", id, kind: "live", rows: [row] });
    subscriptions.detach(session.asSession());
    const next = new SentFrames();
    subscriptions.attach(next.asSession(), "second");
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

  it("go on behind what arrived in a new session with the same start of the server", async () => {
    const { subscriptions, subscription, session, id } = await subscribed();
    subscriptions.events({ type: "events", id, kind: "live", rows: [row] });
    subscriptions.detach(session.asSession());
    const next = new SentFrames();
    subscriptions.attach(next.asSession(), "first");
    expect(next.subscribes).toMatchObject([{ from: 1 }]);
    expect(subscription.queued).toBe(1);
  });

  it("hear the mark of a snapshot, by its id", async () => {
    const { subscriptions, subscription, id } = await subscribed();
    subscriptions.mark({ type: "mark", id: id + 1, position: 4 });
    subscriptions.mark({ type: "mark", id, position: 5 });
    expect(subscription.queued).toBe(1);
    expect(await subscription[Symbol.asyncIterator]().next()).toMatchObject({
      value: { kind: "mark", position: 5 },
    });
  });

  it("do not hear events for an id of the lost session", async () => {
    const { subscriptions, subscription, session, id } = await subscribed();
    subscriptions.detach(session.asSession());
    subscriptions.events({ type: "events", id, kind: "live", rows: [row] });
    expect(subscription.queued).toBe(0);
  });

  it("move to a new session while the one they were in goes on; its end is no second gap", async () => {
    const { subscriptions, subscription, session, id } = await subscribed();
    subscriptions.events({ type: "events", id, kind: "live", rows: [row] });
    const next = new SentFrames();
    subscriptions.attach(next.asSession(), "second");
    expect(session.frames.at(-1)).toEqual({ type: "unsubscribe", id });
    const [{ id: moved }] = next.subscribes as [SubscribeFrame];
    expect(moved).not.toBe(id);
    // The event, and the gap that the move is.
    expect(subscription.queued).toBe(2);
    subscriptions.detach(session.asSession());
    subscriptions.events({ type: "events", id, kind: "live", rows: [row] });
    expect(subscription.queued).toBe(2);
    subscriptions.events({ type: "events", id: moved, kind: "live", rows: [row] });
    expect(subscription.queued).toBe(3);
    await subscription.unsubscribe();
    expect(next.frames.at(-1)).toEqual({ type: "unsubscribe", id: moved });
  });

  it("end when the new session's server refuses them", async () => {
    const { subscriptions, subscription, session } = await subscribed();
    subscriptions.detach(session.asSession());
    const next = new SentFrames();
    subscriptions.attach(next.asSession(), "second");
    subscriptions.ended({ type: "unsubscribed", id: next.subscribes[0]!.id, ...refusal });
    await expect(subscription.closed).rejects.toMatchObject({ code: "unimplemented" });
    expect(subscriptions.size).toBe(0);
  });

  it("end when they cannot be asked for in a new session, and the others go on", async () => {
    const { subscriptions, subscription, session } = await subscribed();
    const other = subscriptions.add({ ...request, event: "trades" });
    subscriptions.confirmed(confirmation(session.subscribes[1]!.id));
    await other;
    subscriptions.detach(session.asSession());
    const next = new SentFrames();
    const failure = new RpcError("resource_exhausted", "packet too large");
    next.send = (frame) => {
      if (frame.type === "subscribe" && frame.event === "ticks") throw failure;
      return next.frames.push(frame);
    };
    subscriptions.attach(next.asSession(), "second");
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
