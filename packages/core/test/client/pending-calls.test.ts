import { describe, expect, it } from "vitest";
import { type PendingCall, PendingCalls } from "../../src/client/pending-calls.js";
import { RpcError } from "../../src/errors.js";
import { SeededRandom } from "../../src/testing/seeded-random.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { ProtocolError } from "../../src/wire/protocol-error.js";
import { FakeSession } from "../fake-session.js";
import { FakeCall } from "./fake-call.js";

function create({ slots = 2, maxQueuedCalls = 3 } = {}) {
  const clock = new VirtualClock();
  const server = { slots };
  const calls = new PendingCalls({
    clock,
    random: new SeededRandom(1),
    maxQueuedCalls,
    slots: () => server.slots,
    obstacle: () => "",
  });
  return { clock, calls, server, ...open(calls) };
}

/** Begins a session, and tells which calls were cancelled in it. */
function open(calls: PendingCalls) {
  const session = new FakeSession();
  const sent = calls.open(session.asSession());
  const cancelled = () => session.frames.flatMap((frame) => (frame.type === "cancel" ? [frame.id] : []));
  return { session, sent, cancelled };
}

const refused = { code: "not_found", message: "none", outcome: "executed" } as const;
const lost = (call: PendingCall, outcome: "not-executed" | "unknown") =>
  new RpcError("unavailable", `${call.name}: gone`, { outcome });

describe("pending calls", () => {
  it("settle once, by the reply or the error with their id", () => {
    const { calls, sent } = create();
    const [one, two] = [new FakeCall("one"), new FakeCall("two")];
    calls.add(one);
    calls.add(two);
    expect(calls.pending).toBe(2);
    calls.reject(sent, two.id, refused);
    calls.resolve(sent, one.id, "first");
    expect(one.settled).toEqual(["first"]);
    expect(two.settled).toMatchObject([{ code: "not_found", outcome: "executed" }]);
    expect(calls.pending).toBe(0);
  });

  it("refuse an answer to nobody, and a second one", () => {
    const { calls, sent } = create();
    const call = new FakeCall("one");
    calls.add(call);
    calls.resolve(sent, call.id, 1);
    expect(() => calls.resolve(sent, call.id, 2)).toThrow(ProtocolError);
    expect(() => calls.reject(sent, 77, refused)).toThrow(
      new ProtocolError("an answer to call 77, which is not pending"),
    );
    expect(call.settled).toEqual([1]);
  });

  it("do not take an answer to an earlier call of the same slot", () => {
    const { calls, sent } = create({ slots: 1 });
    const [one, two] = [new FakeCall("one"), new FakeCall("two")];
    calls.add(one);
    calls.resolve(sent, one.id, 1);
    calls.add(two);
    expect(two.id).not.toBe(one.id);
    expect(() => calls.resolve(sent, one.id, "late")).toThrow(ProtocolError);
    expect(two.settled).toEqual([]);
  });

  it("queue above the server's slots, and follow in order", () => {
    const { calls, sent } = create({ slots: 1 });
    const all = [new FakeCall("one"), new FakeCall("two"), new FakeCall("three")];
    for (const call of all) calls.add(call);
    expect([calls.pending, calls.queued]).toEqual([1, 2]);
    calls.resolve(sent, all[0]!.id, 1);
    expect(all.map(({ id }) => id !== 0)).toEqual([true, true, false]);
    calls.resolve(sent, all[1]!.id, 2);
    calls.resolve(sent, all[2]!.id, 3);
    expect(all.map(({ settled }) => settled)).toEqual([[1], [2], [3]]);
  });

  it("do not overtake those that wait", () => {
    const { calls, server } = create({ slots: 0 });
    const [one, two] = [new FakeCall("one"), new FakeCall("two")];
    calls.add(one);
    server.slots = 1;
    calls.add(two);
    calls.pump();
    expect([one.id !== 0, two.id !== 0]).toEqual([true, false]);
  });

  it("are refused at once when the queue is full", () => {
    const { calls } = create({ slots: 0, maxQueuedCalls: 1 });
    const [one, two] = [new FakeCall("one"), new FakeCall("two")];
    calls.add(one);
    calls.add(two);
    expect(one.settled).toEqual([]);
    expect(two.settled).toMatchObject([
      {
        code: "resource_exhausted",
        outcome: "not-executed",
        message: "two: 1 calls wait already (maxQueuedCalls)",
      },
    ]);
  });

  it("are not executed for sure when their deadline passes in the queue", async () => {
    const { calls, clock, cancelled } = create({ slots: 0 });
    const call = new FakeCall("late", 100);
    calls.add(call);
    await clock.advance(100);
    expect(call.settled).toMatchObject([
      { code: "deadline_exceeded", outcome: "not-executed", message: "late: no answer before its deadline" },
    ]);
    expect([calls.queued, cancelled()]).toEqual([0, []]);
  });

  it("have an unknown outcome when their deadline passes after they were sent, and are cancelled", async () => {
    const { calls, clock, cancelled } = create();
    const call = new FakeCall("late", 100);
    calls.add(call);
    await clock.advance(100);
    expect(call.settled).toMatchObject([{ code: "deadline_exceeded", outcome: "unknown" }]);
    expect(cancelled()).toEqual([call.id]);
  });

  it("share one timer, set to the earliest deadline", async () => {
    const { calls, clock } = create({ slots: 10 });
    const all = [300, 100, 200].map((deadline) => new FakeCall(`until ${deadline}`, deadline));
    for (const call of all) calls.add(call);
    expect(clock.timers).toBe(1);
    await clock.advance(150);
    expect(all.map(({ settled }) => settled.length)).toEqual([0, 1, 0]);
    expect(clock.timers).toBe(1);
    await clock.advance(150);
    expect(all.map(({ settled }) => settled.length)).toEqual([1, 1, 1]);
    expect(clock.timers).toBe(0);
  });

  it("set no timer without a deadline", () => {
    const { calls, clock } = create();
    calls.add(new FakeCall("patient"));
    expect(clock.timers).toBe(0);
  });

  it("keep the slot of an abandoned call until its answer comes", () => {
    const { calls, cancelled, sent } = create({ slots: 1 });
    const [one, two] = [new FakeCall("one"), new FakeCall("two")];
    calls.add(one);
    calls.add(two);
    calls.abandon(one, "cancelled", "one: cancelled by its caller");
    expect(one.settled).toMatchObject([{ code: "cancelled", outcome: "unknown" }]);
    expect(cancelled()).toEqual([one.id]);
    expect(two.id).toBe(0);
    calls.resolve(sent, one.id, "too late");
    expect(one.settled).toHaveLength(1);
    expect(two.id).not.toBe(0);
  });

  it("leave the queue when abandoned there, and nothing is sent", () => {
    const { calls, cancelled } = create({ slots: 0 });
    const call = new FakeCall("one");
    calls.add(call);
    calls.abandon(call, "cancelled", "one: cancelled by its caller");
    expect(call.settled).toMatchObject([{ code: "cancelled", outcome: "not-executed" }]);
    expect([calls.queued, cancelled()]).toEqual([0, []]);
    calls.abandon(call, "cancelled", "again");
    expect(call.settled).toHaveLength(1);
  });

  it("keep what waits when a session is lost, and reject what was sent", () => {
    const { calls, sent } = create({ slots: 1 });
    const [one, two] = [new FakeCall("one"), new FakeCall("two")];
    calls.add(one);
    calls.add(two);
    calls.lost(sent, lost, false);
    expect(one.settled).toMatchObject([{ code: "unavailable", outcome: "unknown" }]);
    expect(() => calls.resolve(sent, one.id, "late")).toThrow(ProtocolError);
    expect([two.id, calls.pending, calls.queued]).toEqual([0, 0, 1]);
    const next = open(calls);
    calls.pump();
    calls.resolve(next.sent, two.id, 2);
    expect(two.settled).toEqual([2]);
  });

  it("count slots anew after a loss, abandoned ones included", () => {
    const { calls, sent } = create({ slots: 1 });
    const [one, two] = [new FakeCall("one"), new FakeCall("two")];
    calls.add(one);
    calls.abandon(one, "cancelled", "left");
    calls.lost(sent, lost, false);
    expect(one.settled).toHaveLength(1);
    open(calls);
    calls.add(two);
    expect(two.id).not.toBe(0);
  });

  it("are all rejected at the end, without a timer left", () => {
    const { calls, clock } = create({ slots: 0 });
    const call = new FakeCall("one", 1000);
    calls.add(call);
    calls.rejectQueued((waiting) => new RpcError("cancelled", waiting.name));
    expect(call.settled).toMatchObject([{ code: "cancelled" }]);
    expect(clock.timers).toBe(0);
  });

  it("give their slot back when they cannot travel", () => {
    const { calls, sent } = create({ slots: 1 });
    const bad = new FakeCall("bad");
    bad.failure = new RpcError("invalid_argument", "a function cannot travel", { outcome: "not-executed" });
    calls.add(bad);
    expect(bad.settled).toEqual([bad.failure]);
    const good = new FakeCall("good");
    calls.add(good);
    calls.resolve(sent, good.id, 1);
    expect(good.settled).toEqual([1]);
  });

  it("go on to the next in the queue when one cannot travel", () => {
    const { calls, server } = create({ slots: 0 });
    const [bad, good] = [new FakeCall("bad"), new FakeCall("good")];
    bad.failure = new Error("broken getter");
    calls.add(bad);
    calls.add(good);
    server.slots = 1;
    calls.pump();
    expect(bad.settled).toMatchObject([{ code: "internal", outcome: "not-executed" }]);
    expect(good.id).not.toBe(0);
  });

  it("settle when the session is lost while they are being sent", () => {
    const { calls, sent } = create();
    const call = new FakeCall("unlucky");
    call.underway = () => calls.lost(sent, lost, false);
    calls.add(call);
    expect(call.settled).toMatchObject([{ code: "unavailable", outcome: "unknown" }]);
    expect([calls.pending, calls.queued]).toEqual([0, 0]);
  });

  it("are not said to have run as the one before in their slot did, when the session is lost under the sending", () => {
    const { calls, session, sent } = create();
    const [before, unlucky] = [new FakeCall("before"), new FakeCall("unlucky")];
    calls.add(before);
    calls.resolve(sent, before.id, "done");
    session.arrived = 1;
    unlucky.underway = () => calls.lost(sent, lost, true);
    calls.add(unlucky);
    expect(unlucky.settled).toMatchObject([{ code: "unavailable", outcome: "not-executed" }]);
  });

  it("use no more slots than an id can name, whatever the server allows", () => {
    const { calls, sent } = create({ slots: 1_000_000, maxQueuedCalls: 10 });
    const all = Array.from({ length: 2 ** 16 + 1 }, (_, index) => new FakeCall(`${index}`));
    for (const call of all) calls.add(call);
    expect([calls.pending, calls.queued]).toEqual([2 ** 16, 1]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(2 ** 16 + 1);
    calls.resolve(sent, all[0]!.id, "done");
    calls.resolve(sent, all.at(-1)!.id, "last");
    expect(all.at(-1)!.settled).toEqual(["last"]);
  });

  it("restore a declared error as its class", () => {
    const { calls, sent } = create();
    class Taken extends RpcError {
      constructor(init: { message: string }) {
        super("already_exists", init.message);
      }
    }
    const call = new FakeCall("one");
    call.errors = { Taken };
    calls.add(call);
    calls.reject(sent, call.id, { ...refused, name: "Taken", fields: {} });
    expect(call.settled[0]).toBeInstanceOf(Taken);
  });
});

describe("pending calls whose session is lost", () => {
  it("are sent again whatever the budget when no server has seen them", () => {
    const { calls, session, sent } = create({ slots: 100, maxQueuedCalls: 100 });
    const all = Array.from({ length: 100 }, (_, index) => new FakeCall(`${index}`));
    for (const call of all) calls.add(call);
    session.arrived = 0;
    calls.lost(sent, lost, false);
    const next = open(calls);
    calls.pump();
    expect(next.session.frames).toHaveLength(100);
    expect(all.flatMap(({ settled }) => settled)).toEqual([]);
  });

  it("are sent again a fifth as often as calls were sent: those that were refused unsent earn nothing", () => {
    const { calls, server, sent } = create({ slots: 30, maxQueuedCalls: 1 });
    const all = Array.from({ length: 30 }, (_, index) => new FakeCall(`${index}`));
    for (const call of all) call.idempotent = true;
    for (const call of all) calls.add(call);
    server.slots = 0;
    for (let refused = 0; refused < 1_000; refused++) calls.add(new FakeCall("refused"));
    calls.lost(sent, lost, false);
    // Ten at the start, and a fifth of thirty.
    expect(all.filter(({ settled }) => settled.length === 0)).toHaveLength(16);
  });

  it("are sent again when they never arrived: in order, in front of those that wait", () => {
    const { calls, session, sent } = create({ slots: 3 });
    const all = ["arrived", "one", "two", "waiting"].map((name) => new FakeCall(name));
    for (const call of all) calls.add(call);
    session.arrived = 1;
    calls.lost(sent, lost, false);
    expect(all.map(({ settled }) => settled.length)).toEqual([1, 0, 0, 0]);
    expect(all[0]?.settled).toMatchObject([{ code: "unavailable", outcome: "unknown" }]);
    const next = open(calls);
    calls.pump();
    expect(next.session.frames.map((frame) => frame.type === "call" && frame.target)).toEqual([
      { service: "Desk", method: "one" },
      { service: "Desk", method: "two" },
      { service: "Desk", method: "waiting" },
    ]);
    for (const call of all.slice(1)) calls.resolve(next.sent, call.id, call.name);
    expect(all.slice(1).map(({ settled }) => settled)).toEqual([["one"], ["two"], ["waiting"]]);
  });

  it("are sent again when they may have run only if they are idempotent", () => {
    const { calls, sent } = create();
    const [once, often] = [new FakeCall("once"), new FakeCall("often")];
    often.idempotent = true;
    calls.add(once);
    calls.add(often);
    calls.lost(sent, lost, false);
    expect(once.settled).toMatchObject([{ outcome: "unknown" }]);
    const next = open(calls);
    calls.pump();
    calls.resolve(next.sent, often.id, "again");
    expect([often.settled, often.attempts]).toEqual([["again"], 2]);
  });

  it("are not said to be not executed once an attempt may have run", async () => {
    const { calls, clock, sent } = create();
    const call = new FakeCall("doubtful", 100);
    call.idempotent = true;
    calls.add(call);
    calls.lost(sent, lost, false);
    await clock.advance(100);
    expect(call.settled).toMatchObject([{ code: "deadline_exceeded", outcome: "unknown" }]);
  });

  it("are told what is known of each, and not sent again, at the end", () => {
    const { calls, session, sent } = create();
    const [arrived, kept] = [new FakeCall("arrived"), new FakeCall("kept")];
    arrived.idempotent = true;
    calls.add(arrived);
    calls.add(kept);
    session.arrived = 1;
    calls.lost(sent, lost, true);
    expect(arrived.settled).toMatchObject([{ code: "unavailable", outcome: "unknown" }]);
    expect(kept.settled).toMatchObject([{ code: "unavailable", outcome: "not-executed" }]);
    expect([calls.pending, calls.queued]).toEqual([0, 0]);
  });

  it("settle once when the sending fails after that", () => {
    const { calls, sent } = create();
    const call = new FakeCall("unlucky");
    call.failure = new Error("the session is over");
    call.underway = () => calls.lost(sent, lost, false);
    calls.add(call);
    expect(call.settled).toMatchObject([{ code: "unavailable", outcome: "unknown" }]);
  });
});

describe("pending calls whose session was left", () => {
  it("are answered there, while new ones go to the next session and count its slots", () => {
    const { calls, sent } = create({ slots: 1 });
    const [one, two] = [new FakeCall("one"), new FakeCall("two")];
    calls.add(one);
    calls.leave();
    calls.add(two);
    expect([two.id, calls.pending, calls.queued]).toEqual([0, 1, 1]);
    const next = open(calls);
    calls.pump();
    expect([calls.pending, calls.queued]).toEqual([2, 0]);
    // Each session counts its own ids: the same one is another call in another.
    expect(two.id).toBe(one.id);
    calls.resolve(sent, one.id, "there");
    calls.resolve(next.sent, two.id, "here");
    expect([one.settled, two.settled]).toEqual([["there"], ["here"]]);
  });

  it("are cancelled there, and have their deadlines", async () => {
    const { calls, clock, cancelled } = create();
    const [left, late] = [new FakeCall("left"), new FakeCall("late", 100)];
    calls.add(left);
    calls.add(late);
    const next = open(calls);
    calls.abandon(left, "cancelled", "left: cancelled by its caller");
    await clock.advance(100);
    expect(left.settled).toMatchObject([{ code: "cancelled", outcome: "unknown" }]);
    expect(late.settled).toMatchObject([{ code: "deadline_exceeded", outcome: "unknown" }]);
    expect([cancelled(), next.cancelled()]).toEqual([[left.id, late.id], []]);
  });

  it("are lost with it, and those of the next session are not", () => {
    const { calls, sent } = create();
    const [one, two] = [new FakeCall("one"), new FakeCall("two")];
    calls.add(one);
    const next = open(calls);
    calls.add(two);
    calls.lost(sent, lost, false);
    expect(one.settled).toMatchObject([{ code: "unavailable" }]);
    calls.resolve(next.sent, two.id, 2);
    expect(two.settled).toEqual([2]);
  });
});
