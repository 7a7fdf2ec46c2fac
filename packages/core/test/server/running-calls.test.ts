import { describe, expect, it } from "vitest";
import { RpcError } from "../../src/errors.js";
import { RunningCall, RunningCalls, RunningCount, runMethod } from "../../src/server/running-calls.js";
import type { RegisteredMethod } from "../../src/service/registry.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";

const method: RegisteredMethod = {
  kind: "method",
  service: "Desk",
  name: "buy",
  options: {},
  throws: new Map(),
  params: undefined,
  refuseArguments: undefined,
  parse: undefined,
  boundary: undefined,
  run: (args) => args,
};

function create(clock: VirtualClock, id = 1, deadline = Number.POSITIVE_INFINITY): RunningCall {
  return new RunningCall(id, method, ["a"], deadline, { trace: "t" }, clock, {
    identity: "Alex",
    sessionId: "s",
    peer: undefined,
  });
}

describe("a running call", () => {
  it("tells its method who calls, what, and until when", async () => {
    const clock = new VirtualClock(100);
    const call = create(clock, 7, 300);
    expect(call).toMatchObject({
      callId: 7,
      service: "Desk",
      method: "buy",
      args: ["a"],
      metadata: { trace: "t" },
      deadline: 300,
      timeLeftMs: 200,
      identity: "Alex",
    });
    await clock.advance(500);
    expect(call.timeLeftMs).toBe(0);
  });

  it("has a signal that aborts, also when it is read only afterwards, with the first reason", () => {
    const clock = new VirtualClock();
    const [early, late] = [create(clock), create(clock)];
    const signal = early.signal;
    for (const call of [early, late]) {
      call.abort(new RpcError("cancelled", "first"));
      call.abort(new RpcError("cancelled", "second"));
    }
    expect(signal.reason).toMatchObject({ message: "first" });
    expect(late.signal.reason).toMatchObject({ message: "first" });
    expect(early.signal).toBe(signal);
  });

  it("is passed in front of the arguments when the method asks", () => {
    const call = create(new VirtualClock());
    expect(runMethod(method, call, [1])).toEqual([1]);
    expect(runMethod({ ...method, options: { context: true } }, call, [1])).toEqual([call, 1]);
  });
});

describe("running calls", () => {
  it("abort at their deadlines, by one timer, and stay until they settle", async () => {
    const clock = new VirtualClock();
    const calls = new RunningCalls(clock, new RunningCount());
    const all = [create(clock, 1, 200), create(clock, 2, 100), create(clock, 3)];
    for (const call of all) calls.add(call);
    expect(clock.timers).toBe(1);
    await clock.advance(100);
    expect(all.map(({ signal }) => signal.aborted)).toEqual([false, true, false]);
    expect([calls.size, clock.timers]).toEqual([3, 1]);
    await clock.advance(100);
    expect(all[0]!.signal.reason).toMatchObject({
      code: "deadline_exceeded",
      message: "Desk.buy: its deadline passed",
    });
    for (const call of all) calls.delete(call.callId);
    expect([calls.size, clock.timers]).toEqual([0, 0]);
  });

  it("abort when cancelled; a cancel for nobody does nothing", () => {
    const clock = new VirtualClock();
    const calls = new RunningCalls(clock, new RunningCount());
    const call = create(clock, 1);
    calls.add(call);
    calls.cancel(2);
    calls.cancel(1);
    expect(call.signal.reason).toMatchObject({
      code: "cancelled",
      message: "Desk.buy: cancelled by its caller",
    });
    expect(calls.has(1)).toBe(true);
  });

  it("leave no timer behind when all are aborted: a handler that never settles must not keep the process", () => {
    const clock = new VirtualClock();
    const calls = new RunningCalls(clock, new RunningCount());
    const call = create(clock, 1, 10_000);
    calls.add(call);
    calls.abortAll(new RpcError("unavailable", "the session is over"));
    expect(call.signal.aborted).toBe(true);
    expect(clock.timers).toBe(0);
  });
});
