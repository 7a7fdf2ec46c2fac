import { describe, expect, it } from "vitest";
import { LiveSubscription } from "../../src/client/subscription.js";
import { RpcError } from "../../src/errors.js";
import type { EventRow } from "../../src/wire/frame.js";
import { ProtocolError } from "../../src/wire/protocol-error.js";

function create(
  options: { creditItems?: number; creditBytes?: number; listener?: (item: unknown) => unknown } = {},
) {
  const grants: [number, number][] = [];
  const told = { left: 0 };
  const subscription = new LiveSubscription({
    service: "Desk",
    event: "ticks",
    prefix: "",
    creditItems: options.creditItems ?? 8,
    creditBytes: options.creditBytes ?? 1000,
    listener: options.listener,
    grant: (items, bytes) => grants.push([items, bytes]),
    left: () => {
      told.left += 1;
    },
  });
  return { subscription, grants, told };
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

  it("wakes every loop that waits: two share the items, and both end", async () => {
    const { subscription } = create();
    const loops = [subscription[Symbol.asyncIterator](), subscription[Symbol.asyncIterator]()];
    const waiting = loops.map((loop) => loop.next());
    await Promise.resolve();
    subscription.events("live", rows(1));
    await Promise.resolve();
    subscription.end(undefined);
    const settled = await Promise.all(waiting);
    expect(settled.map(({ done }) => done).sort()).toEqual([false, true]);
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
    const { subscription, told } = create({ listener });
    subscription.events("live", rows(1, 2));
    await expect(subscription.closed).rejects.toThrow("broken");
    expect(told.left).toBe(1);
    expect(subscription.queued).toBe(0);
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

describe("a reset", () => {
  it("is one gap for each topic seen, without an end", async () => {
    const { subscription } = create();
    subscription.events("live", [row(3, "a"), row(8, "b"), row(4, "a")]);
    subscription.reset("epoch-changed");
    const items = await take(subscription[Symbol.asyncIterator](), 5);
    expect(items.slice(3)).toEqual([
      { kind: "gap", topic: "a", from: 5, to: null, reason: "epoch-changed" },
      { kind: "gap", topic: "b", from: 9, to: null, reason: "epoch-changed" },
    ]);
  });

  it("begins after a gap that was told", async () => {
    const { subscription } = create();
    subscription.gap(gap);
    subscription.reset("epoch-changed");
    const items = await take(subscription[Symbol.asyncIterator](), 2);
    expect(items[1]).toMatchObject({ from: 5, to: null });
  });

  it("tells nothing of topics not seen, and nothing twice", () => {
    const { subscription } = create();
    subscription.reset("epoch-changed");
    expect(subscription.queued).toBe(0);
    subscription.events("live", rows(1));
    subscription.reset("epoch-changed");
    subscription.reset("epoch-changed");
    expect(subscription.queued).toBe(2);
  });

  it("leaves the new session the credit that the items still waiting do not take", () => {
    const { subscription } = create({ creditItems: 8, creditBytes: 100 });
    subscription.events("live", rows(1, 2, 3));
    subscription.reset("epoch-changed");
    expect(subscription.credit).toEqual({ items: 5, bytes: 70 });
  });

  it("does not lose credit to its own gaps", () => {
    const { subscription } = create({ creditItems: 2 });
    subscription.events("live", [row(1, "a"), row(1, "b")]);
    subscription.reset("epoch-changed");
    subscription.reset("epoch-changed");
    subscription.reset("epoch-changed");
    expect(subscription.credit.items).toBe(0);
    const drained = create({ creditItems: 2 }).subscription;
    drained.events("live", [row(1, "a"), row(1, "b")]);
    const items = drained[Symbol.asyncIterator]();
    return take(items, 2).then(() => {
      drained.reset("epoch-changed");
      drained.reset("epoch-changed");
      expect(drained.queued).toBe(2);
      expect(drained.credit.items).toBe(2);
    });
  });
});
