import { describe, expect, it } from "vitest";
import { checkLimits, type Limits } from "../../src/limits.js";
import { HistoryBudget } from "../../src/server/delivery/history-budget.js";
import { Rules } from "../../src/server/rules.js";
import { SessionSubscriptions } from "../../src/server/session-subscriptions.js";
import { TopicLog } from "../../src/server/topic-log.js";
import { Event } from "../../src/service/event.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import type { SubscribeFrame } from "../../src/wire/frame.js";
import { ProtocolError } from "../../src/wire/protocol-error.js";
import { FakeSession } from "../fake-session.js";
import { RecordingLogger } from "../recording-logger.js";

function create(given: Partial<Limits> = {}) {
  const clock = new VirtualClock();
  const limits = checkLimits(given);
  const session = new FakeSession();
  const registered = {
    kind: "event",
    boundary: undefined,
    service: "Desk",
    name: "ticks",
    options: {},
    event: new Event<unknown>(),
  } as const;
  const log = new TopicLog(registered, {
    clock,
    limits,
    rules: new Rules(new RecordingLogger()),
    budget: new HistoryBudget(limits.historyBytes),
  });
  const subscriptions = new SessionSubscriptions(
    session.asSession(),
    { logs: new Map([["Desk", new Map([["ticks", log]])]]), clock, limits },
    { identity: undefined, sessionId: "s" },
  );
  return { clock, session, log, subscriptions };
}

function subscribe(id: number, changes: Partial<SubscribeFrame> = {}): SubscribeFrame {
  return {
    type: "subscribe",
    id,
    service: "Desk",
    event: "ticks",
    prefix: "",
    creditItems: 10,
    creditBytes: 1000,
    ...changes,
  };
}

describe("the subscriptions of a session", () => {
  it("are confirmed with the event's position; what comes after is delivered", async () => {
    const { clock, session, log, subscriptions } = create();
    log.publish("a", 1, undefined);
    subscriptions.add(subscribe(1));
    log.publish("a", 2, undefined);
    log.publish("a", 3, undefined);
    await clock.settle();
    expect(session.frames).toMatchObject([
      { type: "subscribed", id: 1, position: 1, mode: "signal" },
      { type: "events", id: 1, kind: "live" },
    ]);
    expect(session.frames[1]?.type === "events" && session.frames[1].rows).toHaveLength(2);
  });

  it("refuse what there is not, alike for hidden and absent names", () => {
    const { session, subscriptions } = create();
    subscriptions.add(subscribe(1, { event: "absent" }));
    subscriptions.add(subscribe(2, { service: "constructor", event: "toString" }));
    expect(session.frames).toEqual([
      {
        type: "unsubscribed",
        id: 1,
        code: "unimplemented",
        message: "no event Desk.absent",
        outcome: "not-executed",
      },
      {
        type: "unsubscribed",
        id: 2,
        code: "unimplemented",
        message: "no event constructor.toString",
        outcome: "not-executed",
      },
    ]);
  });

  it("do not send a long name back", () => {
    const { session, subscriptions } = create();
    subscriptions.add(subscribe(1, { event: "x".repeat(1_000_000) }));
    expect(session.frames[0]?.type === "unsubscribed" && session.frames[0].message.length).toBeLessThan(300);
  });

  it("refuse a bad prefix and one too many", () => {
    const { session, subscriptions } = create({ maxSubscriptions: 1 });
    subscriptions.add(subscribe(1, { prefix: "a b" }));
    subscriptions.add(subscribe(2));
    subscriptions.add(subscribe(3));
    expect(session.frames).toMatchObject([
      { type: "unsubscribed", id: 1, code: "invalid_argument" },
      { type: "subscribed", id: 2 },
      {
        type: "unsubscribed",
        id: 3,
        code: "resource_exhausted",
        message: "Desk.ticks: this session has 1 subscriptions already (maxSubscriptions)",
      },
    ]);
  });

  it("call an id that is taken a broken protocol", () => {
    const { subscriptions } = create();
    subscriptions.add(subscribe(1));
    expect(() => subscriptions.add(subscribe(1))).toThrow(new ProtocolError("subscription id 1 is taken"));
  });

  it("call endless questions by a peer that reads no answers a broken protocol", () => {
    const { session, subscriptions } = create({ maxSubscriptions: 3 });
    session.hasRoom = false;
    const ask = (id: number) => {
      subscriptions.add(subscribe(id, { event: "absent" }));
      subscriptions.remove(id);
    };
    for (let id = 1; id <= 3; id++) ask(id);
    expect(() => ask(4)).toThrow(
      new ProtocolError("subscriptions beyond maxSubscriptions (3), answers unread"),
    );
    session.hasRoom = true;
    subscriptions.room();
    for (let id = 10; id <= 20; id++) ask(id);
  });

  it("end with unsubscribe and with the session; unknown ids are ignored", async () => {
    const { clock, session, log, subscriptions } = create();
    subscriptions.add(subscribe(1));
    subscriptions.add(subscribe(2));
    subscriptions.remove(1);
    subscriptions.remove(1);
    subscriptions.grant({ type: "subscriptionCredit", id: 77, items: 1, bytes: 1 });
    log.publish("a", 1, undefined);
    await clock.settle();
    expect(session.frames.filter(({ type }) => type === "events")).toMatchObject([{ id: 2 }]);
    subscriptions.ended();
    log.publish("a", 2, undefined);
    await clock.settle();
    expect([session.frames.filter(({ type }) => type === "events").length, subscriptions.size]).toEqual([
      1, 0,
    ]);
  });

  it("wait for room, count what waits and what was dropped", async () => {
    const { clock, session, log, subscriptions } = create({ subscriptionQueueItems: 2 });
    subscriptions.add(subscribe(1));
    session.hasEventRoom = false;
    for (let value = 0; value < 5; value++) log.publish("a", value, undefined);
    await clock.settle();
    // Two events, and the gap before them.
    expect([subscriptions.queued, subscriptions.dropped]).toEqual([3, 3]);
    session.hasEventRoom = true;
    subscriptions.room();
    expect(subscriptions.queued).toBe(0);
    expect(session.frames.map(({ type }) => type)).toEqual(["subscribed", "gap", "events"]);
  });
});
