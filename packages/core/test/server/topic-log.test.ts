import { describe, expect, it } from "vitest";
import { checkLimits, type Limits } from "../../src/limits.js";
import { HistoryBudget } from "../../src/server/delivery/history-budget.js";
import { Rules } from "../../src/server/rules.js";
import { ServerSubscription } from "../../src/server/subscription.js";
import { TopicLog } from "../../src/server/topic-log.js";
import { Event } from "../../src/service/event.js";
import type { EventOptions } from "../../src/service/event-decorator.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { decodeValue } from "../../src/wire/values.js";
import { FakeSession } from "../fake-session.js";
import { RecordingLogger } from "../recording-logger.js";

function create(limits: Partial<Limits> = {}, options: EventOptions = {}) {
  const clock = new VirtualClock(5000);
  const registered = {
    kind: "event",
    boundary: undefined,
    service: "Desk",
    name: "ticks",
    options,
    event: new Event<unknown>(),
  } as const;
  const checked = checkLimits(limits);
  const rules = new Rules(new RecordingLogger());
  const budget = new HistoryBudget(checked.historyBytes);
  const log = new TopicLog(registered, { clock, limits: checked, rules, budget });
  function subscribe(prefix: string, queueItems = 100) {
    const session = new FakeSession();
    const subscription = new ServerSubscription(session.asSession(), log, {
      id: 1,
      prefix,
      from: "now",
      creditItems: 100,
      creditBytes: 100_000,
      queueItems,
      queueBytes: 1_000_000,
      wake: () => {},
    });
    log.subscribe(subscription);
    return {
      session,
      subscription,
      /** Rows that were sent, decoded. */
      get rows(): unknown[] {
        subscription.pump();
        return session.frames.flatMap((frame) =>
          frame.type === "events"
            ? frame.rows.map((row) => decodeValue(row.bytes, row.start, row.start + row.length))
            : [],
        );
      },
    };
  }
  return { log, subscribe, clock };
}

describe("a topic log", () => {
  it("numbers events within their topic and over all, with the time and the call", () => {
    const { log, subscribe } = create();
    const all = subscribe("");
    log.publish("a", 1, undefined);
    log.publish("b", 2, 77);
    log.publish("a", 3, undefined);
    expect(all.rows).toEqual([
      ["a", 1, 1, 5000, null, 1],
      ["b", 1, 2, 5000, 77, 2],
      ["a", 2, 3, 5000, null, 3],
    ]);
    expect(log.position).toBe(3);
  });

  it("offers an event to those whose prefix its topic starts with", () => {
    const { log, subscribe } = create();
    const [stocks, apple, bonds] = [subscribe("STOCK."), subscribe("STOCK.AAPL"), subscribe("BOND.")];
    log.publish("STOCK.MSFT", 1, undefined);
    log.publish("STOCK.AAPL", 2, undefined);
    expect([stocks.rows.length, apple.rows.length, bonds.rows.length]).toEqual([2, 1, 0]);
  });

  it("hears who came and went between two events of one topic", () => {
    const { log, subscribe } = create();
    log.publish("a", 1, undefined);
    const late = subscribe("");
    log.publish("a", 2, undefined);
    log.unsubscribe(late.subscription);
    log.publish("a", 3, undefined);
    expect(late.rows).toHaveLength(1);
  });

  it("encodes once for all subscribers", () => {
    const { log, subscribe } = create();
    const [one, two] = [subscribe(""), subscribe("")];
    log.publish("a", { value: 1 }, undefined);
    one.subscription.pump();
    two.subscription.pump();
    const rowOf = (session: FakeSession) => session.frames[0]?.type === "events" && session.frames[0].rows[0];
    expect(rowOf(one.session)).toBe(rowOf(two.session));
  });

  it("refuses a value that cannot travel, and nobody gets anything", () => {
    const { log, subscribe } = create();
    const all = subscribe("");
    expect(() => log.publish("a", { f: () => {} }, undefined)).toThrow(
      expect.objectContaining({
        code: "invalid_argument",
        message: expect.stringMatching(/^Desk\.ticks: the value cannot be published: /),
      }),
    );
    log.publish("a", 1, undefined);
    expect(all.rows).toEqual([["a", 1, 1, 5000, null, 1]]);
  });

  it("refuses an event that no packet could hold", () => {
    const { log } = create({ maxPacketBytes: 2000 });
    expect(() => log.publish("a", new Uint8Array(2000), undefined)).toThrow(
      expect.objectContaining({
        code: "resource_exhausted",
        message: expect.stringMatching(
          /^Desk\.ticks: an event of \d+ bytes exceeds maxPacketBytes \(2000\)$/,
        ),
      }),
    );
  });

  it("refuses one topic too many, by the event's own limit or the server's", () => {
    for (const { log } of [create({ maxTopics: 2 }), create({}, { maxTopics: 2 })]) {
      log.publish("a", 1, undefined);
      log.publish("b", 1, undefined);
      expect(() => log.publish("c", 1, undefined)).toThrow(
        expect.objectContaining({
          code: "resource_exhausted",
          outcome: "not-executed",
          message: "Desk.ticks: c would be one topic more than maxTopics (2)",
        }),
      );
      log.publish("a", 2, undefined);
    }
  });

  it("refuses a value that publishes while it is read, and goes on", () => {
    const { log, subscribe } = create();
    const all = subscribe("");
    const value = {
      get nested() {
        log.publish("b", 1, undefined);
        return 1;
      },
    };
    expect(() => log.publish("a", value, undefined)).toThrow(
      "Desk.ticks: published while another value was read",
    );
    log.publish("a", 2, undefined);
    expect(all.rows).toEqual([["a", 1, 1, 5000, null, 2]]);
  });

  it("does not count the topic of an event that was refused", () => {
    const { log } = create({ maxTopics: 1 });
    expect(() => log.publish("bad", () => {}, undefined)).toThrow();
    log.publish("good", 1, undefined);
  });

  it("lets a publisher wait until every queue is half empty", async () => {
    const { log, subscribe } = create();
    const slow = subscribe("", 4);
    await log.drained();
    for (let value = 0; value < 4; value++) log.publish("a", value, undefined);
    let drained = false;
    const waiting = log.drained().then(() => {
      drained = true;
    });
    await Promise.resolve();
    expect(drained).toBe(false);
    slow.subscription.pump();
    log.pumped();
    await waiting;
  });

  it("lets a publisher go on when the slow subscriber leaves", async () => {
    const { log, subscribe } = create();
    const slow = subscribe("", 2);
    for (let value = 0; value < 2; value++) log.publish("a", value, undefined);
    const waiting = log.drained();
    log.unsubscribe(slow.subscription);
    await waiting;
  });

  it("tells plain listeners the value alone", () => {
    const { log } = create();
    const heard: unknown[] = [];
    const stop = log.hear((topic, value) => heard.push([topic, decodeValue(value, 0, value.length)]));
    log.publish("a", { x: 1 }, undefined);
    stop();
    log.publish("a", 2, undefined);
    expect(heard).toEqual([["a", { x: 1 }]]);
  });

  it("says of a value that cannot travel where it is in the value", () => {
    const { log } = create();
    const message = (value: unknown) => {
      try {
        log.publish("a", value, undefined);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    };
    const cannot = "a function cannot travel; send what it returns";
    expect(message({ price: () => 1 })).toBe(`Desk.ticks: the value cannot be published: .price: ${cannot}`);
    expect(message(() => 1)).toBe(`Desk.ticks: the value cannot be published: ${cannot}`);
  });
});
