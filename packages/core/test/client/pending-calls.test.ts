import { describe, expect, it } from "vitest";
import { type PendingCall, PendingCalls } from "../../src/client/pending-calls.js";
import { RpcError } from "../../src/errors.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { ProtocolError } from "../../src/wire/protocol-error.js";

class Call implements PendingCall {
  errors: PendingCall["errors"];
  readonly settled: unknown[] = [];
  id = 0;
  failure: Error | undefined;
  constructor(
    readonly name: string,
    readonly deadline: number = Number.POSITIVE_INFINITY,
  ) {}
  send(id: number): void {
    if (this.failure !== undefined) throw this.failure;
    this.id = id;
  }
  resolve(value: unknown): void {
    this.settled.push(value);
  }
  reject(error: RpcError): void {
    this.settled.push(error);
  }
}

function create({ slots = 2, maxQueuedCalls = 3 } = {}) {
  const clock = new VirtualClock();
  const cancelled: number[] = [];
  const server = { slots };
  const calls = new PendingCalls({
    clock,
    maxQueuedCalls,
    slots: () => server.slots,
    cancel: (id) => cancelled.push(id),
  });
  return { clock, calls, cancelled, server };
}

const refused = { code: "not_found", message: "none", outcome: "executed" } as const;
const lost = (call: PendingCall) => new RpcError("unavailable", `${call.name}: gone`);

describe("pending calls", () => {
  it("settle once, by the reply or the error with their id", () => {
    const { calls } = create();
    const [one, two] = [new Call("one"), new Call("two")];
    calls.add(one);
    calls.add(two);
    expect(calls.pending).toBe(2);
    calls.reject(two.id, refused);
    calls.resolve(one.id, "first");
    expect(one.settled).toEqual(["first"]);
    expect(two.settled).toMatchObject([{ code: "not_found", outcome: "executed" }]);
    expect(calls.pending).toBe(0);
  });

  it("refuse an answer to nobody, and a second one", () => {
    const { calls } = create();
    const call = new Call("one");
    calls.add(call);
    calls.resolve(call.id, 1);
    expect(() => calls.resolve(call.id, 2)).toThrow(ProtocolError);
    expect(() => calls.reject(77, refused)).toThrow(
      new ProtocolError("an answer to call 77, which is not pending"),
    );
    expect(call.settled).toEqual([1]);
  });

  it("do not take an answer to an earlier call of the same slot", () => {
    const { calls } = create({ slots: 1 });
    const [one, two] = [new Call("one"), new Call("two")];
    calls.add(one);
    calls.resolve(one.id, 1);
    calls.add(two);
    expect(two.id).not.toBe(one.id);
    expect(() => calls.resolve(one.id, "late")).toThrow(ProtocolError);
    expect(two.settled).toEqual([]);
  });

  it("queue above the server's slots, and follow in order", () => {
    const { calls } = create({ slots: 1 });
    const all = [new Call("one"), new Call("two"), new Call("three")];
    for (const call of all) calls.add(call);
    expect([calls.pending, calls.queued]).toEqual([1, 2]);
    calls.resolve(all[0]!.id, 1);
    expect(all.map(({ id }) => id !== 0)).toEqual([true, true, false]);
    calls.resolve(all[1]!.id, 2);
    calls.resolve(all[2]!.id, 3);
    expect(all.map(({ settled }) => settled)).toEqual([[1], [2], [3]]);
  });

  it("do not overtake those that wait", () => {
    const { calls, server } = create({ slots: 0 });
    const [one, two] = [new Call("one"), new Call("two")];
    calls.add(one);
    server.slots = 1;
    calls.add(two);
    calls.pump();
    expect([one.id !== 0, two.id !== 0]).toEqual([true, false]);
  });

  it("are refused at once when the queue is full", () => {
    const { calls } = create({ slots: 0, maxQueuedCalls: 1 });
    const [one, two] = [new Call("one"), new Call("two")];
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
    const call = new Call("late", 100);
    calls.add(call);
    await clock.advance(100);
    expect(call.settled).toMatchObject([
      { code: "deadline_exceeded", outcome: "not-executed", message: "late: no answer before its deadline" },
    ]);
    expect([calls.queued, cancelled]).toEqual([0, []]);
  });

  it("have an unknown outcome when their deadline passes after they were sent, and are cancelled", async () => {
    const { calls, clock, cancelled } = create();
    const call = new Call("late", 100);
    calls.add(call);
    await clock.advance(100);
    expect(call.settled).toMatchObject([{ code: "deadline_exceeded", outcome: "unknown" }]);
    expect(cancelled).toEqual([call.id]);
  });

  it("share one timer, set to the earliest deadline", async () => {
    const { calls, clock } = create({ slots: 10 });
    const all = [300, 100, 200].map((deadline) => new Call(`until ${deadline}`, deadline));
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
    calls.add(new Call("patient"));
    expect(clock.timers).toBe(0);
  });

  it("keep the slot of an abandoned call until its answer comes", () => {
    const { calls, cancelled } = create({ slots: 1 });
    const [one, two] = [new Call("one"), new Call("two")];
    calls.add(one);
    calls.add(two);
    calls.abandon(one, "cancelled", "one: cancelled by its caller");
    expect(one.settled).toMatchObject([{ code: "cancelled", outcome: "unknown" }]);
    expect(cancelled).toEqual([one.id]);
    expect(two.id).toBe(0);
    calls.resolve(one.id, "too late");
    expect(one.settled).toHaveLength(1);
    expect(two.id).not.toBe(0);
  });

  it("leave the queue when abandoned there, and nothing is sent", () => {
    const { calls, cancelled } = create({ slots: 0 });
    const call = new Call("one");
    calls.add(call);
    calls.abandon(call, "cancelled", "one: cancelled by its caller");
    expect(call.settled).toMatchObject([{ code: "cancelled", outcome: "not-executed" }]);
    expect([calls.queued, cancelled]).toEqual([0, []]);
    calls.abandon(call, "cancelled", "again");
    expect(call.settled).toHaveLength(1);
  });

  it("keep what waits when a session is lost, and reject what was sent", () => {
    const { calls, server } = create({ slots: 1 });
    const [one, two] = [new Call("one"), new Call("two")];
    calls.add(one);
    calls.add(two);
    server.slots = 0;
    calls.rejectSent(lost);
    expect(one.settled).toMatchObject([{ code: "unavailable", outcome: "unknown" }]);
    expect(() => calls.resolve(one.id, "late")).toThrow(ProtocolError);
    server.slots = 1;
    calls.pump();
    calls.resolve(two.id, 2);
    expect(two.settled).toEqual([2]);
  });

  it("count slots anew after a loss, abandoned ones included", () => {
    const { calls } = create({ slots: 1 });
    const [one, two] = [new Call("one"), new Call("two")];
    calls.add(one);
    calls.abandon(one, "cancelled", "left");
    calls.rejectSent(lost);
    expect(one.settled).toHaveLength(1);
    calls.add(two);
    expect(two.id).not.toBe(0);
  });

  it("are all rejected at the end, without a timer left", () => {
    const { calls, clock } = create({ slots: 0 });
    const call = new Call("one", 1000);
    calls.add(call);
    calls.rejectQueued((waiting) => new RpcError("cancelled", waiting.name));
    expect(call.settled).toMatchObject([{ code: "cancelled" }]);
    expect(clock.timers).toBe(0);
  });

  it("give their slot back when they cannot travel", () => {
    const { calls } = create({ slots: 1 });
    const bad = new Call("bad");
    bad.failure = new RpcError("invalid_argument", "a function cannot travel", { outcome: "not-executed" });
    calls.add(bad);
    expect(bad.settled).toEqual([bad.failure]);
    const good = new Call("good");
    calls.add(good);
    calls.resolve(good.id, 1);
    expect(good.settled).toEqual([1]);
  });

  it("go on to the next in the queue when one cannot travel", () => {
    const { calls, server } = create({ slots: 0 });
    const [bad, good] = [new Call("bad"), new Call("good")];
    bad.failure = new Error("broken getter");
    calls.add(bad);
    calls.add(good);
    server.slots = 1;
    calls.pump();
    expect(bad.settled).toMatchObject([{ code: "internal", outcome: "not-executed" }]);
    expect(good.id).not.toBe(0);
  });

  it("settle when the session is lost while they are being sent", () => {
    const { calls } = create();
    const call = new Call("unlucky");
    call.send = () => calls.rejectSent(lost);
    calls.add(call);
    expect(call.settled).toMatchObject([{ code: "unavailable" }]);
    expect(calls.pending).toBe(0);
  });

  it("use no more slots than an id can name, whatever the server allows", () => {
    const { calls } = create({ slots: 1_000_000, maxQueuedCalls: 10 });
    const all = Array.from({ length: 2 ** 16 + 1 }, (_, index) => new Call(`${index}`));
    for (const call of all) calls.add(call);
    expect([calls.pending, calls.queued]).toEqual([2 ** 16, 1]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(2 ** 16 + 1);
    calls.resolve(all[0]!.id, "done");
    calls.resolve(all.at(-1)!.id, "last");
    expect(all.at(-1)!.settled).toEqual(["last"]);
  });

  it("restore a declared error as its class", () => {
    const { calls } = create();
    class Taken extends RpcError {
      constructor(init: { message: string }) {
        super("already_exists", init.message);
      }
    }
    const call = new Call("one");
    call.errors = { Taken };
    calls.add(call);
    calls.reject(call.id, { ...refused, name: "Taken", fields: {} });
    expect(call.settled[0]).toBeInstanceOf(Taken);
  });
});
