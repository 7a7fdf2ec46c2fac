import { describe, expect, it } from "vitest";
import type { SubscribeOptions } from "../../src/client/remote-event.js";
import { LiveSubscription } from "../../src/client/subscription.js";
import { RpcError } from "../../src/errors.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import type { EventRow, SubscribedFrame } from "../../src/wire/frame.js";
import { ProtocolError } from "../../src/wire/protocol-error.js";
import { RecordingLogger } from "../recording-logger.js";

interface CreateOptions {
  creditItems?: number;
  creditBytes?: number;
  listener?: (item: unknown) => unknown;
  from?: SubscribeOptions["from"];
}

/** One that no session knows yet. */
function createUnasked(options: CreateOptions = {}) {
  const grants: [number, number][] = [];
  const told = { left: 0 };
  const logger = new RecordingLogger();
  const subscription = new LiveSubscription({
    logger,
    clock: new VirtualClock(),
    service: "Desk",
    event: "ticks",
    prefix: "",
    creditItems: options.creditItems ?? 8,
    creditBytes: options.creditBytes ?? 1000,
    listener: options.listener,
    from: options.from ?? "now",
    grant: (items, bytes) => grants.push([items, bytes]),
    left: () => {
      told.left += 1;
    },
  });
  return { subscription, grants, told, logger };
}

/** One that the server's start "first" has confirmed. */
function create({ mode = "signal", ...options }: CreateOptions & { mode?: SubscribedFrame["mode"] } = {}) {
  const created = createUnasked(options);
  created.subscription.begin("first");
  created.subscription.confirmed(0, mode);
  return created;
}

function row(seq: number, topic = "a", bytes = 10): EventRow {
  return { topic, seq, position: seq, at: 0, callId: undefined, value: `${topic}${seq}`, bytes };
}

const rows = (...seqs: number[]) => seqs.map((seq) => row(seq));
const gap = { type: "gap", id: 1, topic: "a", from: 2, to: 4, reason: "slow-consumer" } as const;

async function take(items: AsyncIterator<unknown>, count: number): Promise<unknown[]> {
  const taken: unknown[] = [];
  while (taken.length < count) taken.push((await items.next()).value);
  return taken;
}

describe("a subscription", () => {
  it("gives items in order, with all that is known of them", async () => {
    const { subscription } = create();
    subscription.events("live", [{ ...row(1), callId: 7 }, row(2)]);
    const items = await take(subscription[Symbol.asyncIterator](), 2);
    expect(items).toStrictEqual([
      { kind: "live", topic: "a", seq: 1, position: 1, at: 0, value: "a1", callId: 7 },
      { kind: "live", topic: "a", seq: 2, position: 2, at: 0, value: "a2" },
    ]);
  });

  it("returns credit by halves, as items are taken", async () => {
    const { subscription, grants } = create();
    subscription.events("live", rows(1, 2, 3, 4, 5));
    const items = subscription[Symbol.asyncIterator]();
    await take(items, 3);
    expect(grants).toEqual([]);
    await take(items, 1);
    expect(grants).toEqual([[4, 40]]);
  });

  it("returns credit by halves of bytes too", async () => {
    const { subscription, grants } = create({ creditBytes: 20 });
    subscription.events("live", rows(1));
    await take(subscription[Symbol.asyncIterator](), 1);
    expect(grants).toEqual([[1, 10]]);
  });

  it("calls events without credit a broken protocol", () => {
    const { subscription } = create({ creditItems: 2 });
    expect(() => subscription.events("live", rows(1, 2, 3))).toThrow(
      new ProtocolError("events of Desk.ticks without credit"),
    );
    const bytes = create({ creditBytes: 15 }).subscription;
    bytes.events("live", rows(1, 2));
    expect(() => bytes.events("live", rows(3))).toThrow(ProtocolError);
  });

  it("counts a gap as an item of credit", () => {
    const { subscription } = create({ creditItems: 1 });
    subscription.gap(gap);
    expect(() => subscription.gap(gap)).toThrow(ProtocolError);
  });

  it("wakes a loop that waits", async () => {
    const { subscription } = create();
    const next = subscription[Symbol.asyncIterator]().next();
    subscription.events("live", rows(1));
    expect(await next).toMatchObject({ value: { seq: 1 } });
  });

  it("refuses a second loop beside the first, which would take its items", async () => {
    const { subscription, told } = create();
    const first = subscription[Symbol.asyncIterator]();
    const waiting = first.next();
    await expect(subscription[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("Desk.ticks: this subscription is iterated already"),
    });
    await expect(subscription.values()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "failed_precondition",
    });
    expect(told.left).toBe(0);
    subscription.events("live", rows(1));
    expect(await waiting).toMatchObject({ value: { seq: 1 } });
  });

  it("unsubscribes when its loop is left", async () => {
    const { subscription, told } = create();
    subscription.events("live", rows(1, 2));
    for await (const _ of subscription) break;
    expect(told.left).toBe(1);
    expect(subscription.open).toBe(false);
    await subscription.closed;
    await subscription.unsubscribe();
    expect(told.left).toBe(1);
  });

  it("ends its loop in order when it is unsubscribed, with what waits dropped", async () => {
    const { subscription, told } = create();
    subscription.events("live", rows(1));
    await using disposed = subscription;
    await disposed.unsubscribe();
    const seen: unknown[] = [];
    for await (const item of subscription) seen.push(item);
    expect(seen).toEqual([]);
    expect(told.left).toBe(1);
  });

  it("gives what waits before the reason of its end", async () => {
    const { subscription } = create();
    const reason = new RpcError("permission_denied", "no longer");
    subscription.events("live", rows(1));
    subscription.end(reason);
    subscription.end(new RpcError("internal", "second"));
    const items = subscription[Symbol.asyncIterator]();
    expect(await items.next()).toMatchObject({ value: { seq: 1 } });
    await expect(items.next()).rejects.toBe(reason);
    await expect(subscription.closed).rejects.toBe(reason);
  });

  it("drops what comes after its end", () => {
    const { subscription } = create();
    subscription.end(undefined);
    subscription.events("live", rows(1));
    expect(subscription.queued).toBe(0);
  });
});

describe("a listener", () => {
  it("hears each item, one at a time", () => {
    const heard: unknown[] = [];
    const { subscription, grants } = create({ listener: (item) => heard.push((item as EventRow).seq) });
    subscription.events("live", rows(1, 2, 3, 4));
    expect(heard).toEqual([1, 2, 3, 4]);
    expect(grants).toEqual([[4, 40]]);
  });

  it("holds back the next item and its credit with a promise", async () => {
    const heard: number[] = [];
    let release = () => {};
    const { subscription, grants } = create({
      creditItems: 2,
      listener: (item) => {
        heard.push((item as EventRow).seq);
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      },
    });
    subscription.events("live", rows(1, 2));
    expect([heard, grants]).toEqual([[1], []]);
    release();
    await Promise.resolve();
    await Promise.resolve();
    expect([heard, grants]).toEqual([[1, 2], [[1, 10]]]);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    ["rejects", () => Promise.reject(new Error("broken"))],
  ])("that %s ends the subscription with its error", async (_, listener) => {
    const { subscription, told, logger } = create({ listener });
    subscription.events("live", rows(1, 2));
    await expect(subscription.closed).rejects.toThrow("broken");
    expect(told.left).toBe(1);
    expect(subscription.queued).toBe(0);
    expect(logger.lines).toEqual([
      expect.stringMatching(/^error the listener of Desk\.ticks failed, which ends its subscription: /),
    ]);
  });

  it("may unsubscribe from within", async () => {
    const heard: unknown[] = [];
    const { subscription, told } = create({
      listener: (item) => {
        heard.push(item);
        void subscription.unsubscribe();
      },
    });
    subscription.events("live", rows(1, 2, 3));
    await subscription.closed;
    expect([heard.length, told.left]).toEqual([1, 1]);
  });

  it("leaves nothing to iterate", async () => {
    const { subscription } = create({ listener: () => {} });
    await expect(subscription[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "failed_precondition",
      message: "Desk.ticks: this subscription has a listener; subscribe without one to iterate",
    });
  });
});

describe("values()", () => {
  it("gives values only", async () => {
    const { subscription } = create();
    subscription.events("live", rows(1, 2));
    expect(await take(subscription.values(), 2)).toEqual(["a1", "a2"]);
  });

  it("ends at a gap with data_loss that tells it, and unsubscribes", async () => {
    const { subscription, told } = create();
    subscription.events("live", rows(1));
    subscription.gap(gap);
    const values = subscription.values();
    await values.next();
    await expect(values.next()).rejects.toMatchObject({
      code: "data_loss",
      message:
        "Desk.ticks: events 2 to 4 of a are lost (slow-consumer); pass onGap to values() to go on after a gap",
      details: { kind: "gap", topic: "a", from: 2, to: 4 },
    });
    expect(told.left).toBe(1);
  });

  it("goes on after a gap that onGap hears of", async () => {
    const { subscription } = create();
    const gaps: unknown[] = [];
    subscription.gap(gap);
    subscription.events("live", rows(5));
    const values = subscription.values({ onGap: (item) => gaps.push(item) });
    expect(await take(values, 1)).toEqual(["a5"]);
    expect(gaps).toMatchObject([{ from: 2, to: 4 }]);
  });
});

describe("a session with another start of the server", () => {
  it("is one gap for each topic seen, without an end, and all that it published is asked for", async () => {
    const { subscription } = create();
    subscription.events("live", [row(3, "a"), row(8, "b"), row(4, "a")]);
    expect(subscription.begin("second")).toBe(0);
    const items = await take(subscription[Symbol.asyncIterator](), 5);
    expect(items.slice(3)).toEqual([
      { kind: "gap", topic: "a", from: 5, to: null, reason: "epoch-changed" },
      { kind: "gap", topic: "b", from: 9, to: null, reason: "epoch-changed" },
    ]);
    expect(subscription.open).toBe(true);
  });

  it.each(["latest", "table"] as const)("of mode %s gives the current values", (mode) => {
    expect(create({ mode }).subscription.begin("second")).toBe("oldest");
  });

  it("is a gap from behind a gap that was told", async () => {
    const { subscription } = create();
    subscription.gap(gap);
    subscription.begin("second");
    const items = await take(subscription[Symbol.asyncIterator](), 2);
    expect(items[1]).toMatchObject({ from: 5, to: null });
  });

  it("tells nothing of topics not seen, and nothing twice", () => {
    const { subscription } = create();
    subscription.begin("second");
    expect(subscription.queued).toBe(0);
    subscription.events("live", rows(1));
    subscription.begin("third");
    subscription.begin("fourth");
    expect(subscription.queued).toBe(2);
  });

  it("gets the credit that the items still waiting do not take", () => {
    const { subscription } = create({ creditItems: 8, creditBytes: 100 });
    subscription.events("live", rows(1, 2, 3));
    subscription.begin("second");
    expect(subscription.credit).toEqual({ items: 5, bytes: 70 });
  });

  it("gets no credit for the item that its listener has not finished", async () => {
    let finish = () => {};
    const busy = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { subscription, grants } = create({ creditItems: 2, creditBytes: 100, listener: () => busy });
    subscription.events("live", rows(1));
    subscription.begin("second");
    expect(subscription.credit).toEqual({ items: 1, bytes: 90 });
    finish();
    await busy;
    await Promise.resolve();
    expect([subscription.credit, grants]).toEqual([{ items: 2, bytes: 100 }, [[1, 10]]]);
  });

  it("does not lose credit to its own gaps", async () => {
    const { subscription } = create({ creditItems: 2 });
    subscription.events("live", [row(1, "a"), row(1, "b")]);
    subscription.begin("second");
    subscription.begin("third");
    subscription.begin("fourth");
    expect(subscription.credit.items).toBe(0);
    const drained = create({ creditItems: 2 }).subscription;
    drained.events("live", [row(1, "a"), row(1, "b")]);
    await take(drained[Symbol.asyncIterator](), 2);
    drained.begin("second");
    drained.begin("third");
    expect(drained.queued).toBe(2);
    expect(drained.credit.items).toBe(2);
  });

  it("holds no more, however often there is one, while nobody reads", () => {
    const { subscription } = create({ creditItems: 4 });
    for (let start = 0; start < 100; start++) {
      subscription.begin(`start ${start}`);
      subscription.confirmed(0, "signal");
      const { items } = subscription.credit;
      subscription.events(
        "live",
        Array.from({ length: items }, (_, index) => row(1, `topic ${index}`)),
      );
    }
    expect(subscription.credit.items).toBe(0);
    expect(subscription.queued).toBe(8);
  });
});

describe("a session with the same start of the server", () => {
  it("goes on behind what arrived, and tells nothing", () => {
    const { subscription } = create();
    subscription.events("live", rows(1, 2));
    expect(subscription.begin("first")).toBe(2);
    expect(subscription.queued).toBe(2);
  });

  it("goes on where it began when nothing came", () => {
    const { subscription } = createUnasked();
    expect(subscription.begin("first")).toBeUndefined();
    subscription.confirmed(7, "signal");
    expect(subscription.begin("first")).toBe(7);
  });

  it("asks as it did at first when the server had not confirmed", () => {
    const { subscription } = createUnasked({ from: "oldest" });
    expect([subscription.begin("first"), subscription.begin("first")]).toEqual(["oldest", "oldest"]);
    expect(subscription.begin("second")).toBe("oldest");
    expect(subscription.queued).toBe(0);
  });

  it("tells of a gap what has not arrived, and gives back the credit of one that has", async () => {
    const { subscription, grants } = create({ creditItems: 2 });
    subscription.events("live", rows(3));
    const items = subscription[Symbol.asyncIterator]();
    await take(items, 1);
    subscription.begin("first");
    subscription.gap({ ...gap, from: 1, to: 3, reason: "transport" });
    expect([subscription.queued, grants.length]).toEqual([0, 2]);
    subscription.gap({ ...gap, from: 1, to: 5, reason: "transport" });
    expect(await take(items, 1)).toMatchObject([{ from: 4, to: 5 }]);
  });
});

describe("a stored position", () => {
  it("of this start of the server is asked for", () => {
    const { subscription } = createUnasked({ from: { epoch: "first", position: 40 } });
    expect(subscription.begin("first")).toBe(40);
    expect(subscription.queued).toBe(0);
  });

  it("of another is a gap of the whole prefix, then the oldest", async () => {
    const { subscription } = createUnasked({ from: { epoch: "before", position: 40 } });
    expect(subscription.begin("first")).toBe("oldest");
    expect(await take(subscription[Symbol.asyncIterator](), 1)).toEqual([
      { kind: "gap", topic: "", from: 1, to: null, reason: "epoch-changed" },
    ]);
  });

  it("is the newest that the program was given, not what waits", async () => {
    const { subscription } = create();
    expect(subscription.position).toEqual({ epoch: "first", position: 0 });
    subscription.events("live", rows(1, 2));
    await take(subscription[Symbol.asyncIterator](), 1);
    expect(subscription.position).toEqual({ epoch: "first", position: 1 });
  });
});

describe("keys", () => {
  it("come as a snapshot and its mark, which alone says how far it reaches", async () => {
    const { subscription } = create({ mode: "table" });
    subscription.events("snapshot", [row(9), row(4)]);
    expect(subscription.begin("first")).toBe(0);
    subscription.mark(9);
    expect(subscription.begin("first")).toBe(9);
    const items = subscription[Symbol.asyncIterator]();
    await take(items, 2);
    expect(subscription.position.position).toBe(0);
    expect(await take(items, 1)).toEqual([{ kind: "mark", position: 9 }]);
    expect([subscription.position.position, subscription.mode]).toEqual([9, "table"]);
  });

  it("are removed by name", async () => {
    const { subscription } = create({ mode: "table" });
    subscription.mark(0);
    subscription.events("removed", [{ ...row(1), value: "key" }]);
    expect(await take(subscription[Symbol.asyncIterator](), 2)).toStrictEqual([
      { kind: "mark", position: 0 },
      { kind: "removed", topic: "a", seq: 1, position: 1, at: 0, key: "key" },
    ]);
  });

  it("are in values() neither when removed nor as a mark", async () => {
    const { subscription } = create({ mode: "table" });
    subscription.events("live", rows(2));
    subscription.mark(2);
    subscription.events("removed", [{ ...row(3), value: "key" }]);
    subscription.events("live", rows(4));
    expect(await take(subscription.values(), 2)).toEqual(["a2", "a4"]);
  });
});
