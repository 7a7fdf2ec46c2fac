import { describe, expect, it } from "vitest";
import { SentCalls } from "../../src/client/sent-calls.js";
import { RpcError } from "../../src/errors.js";
import { ProtocolError } from "../../src/wire/protocol-error.js";
import { FakeSession } from "../fake-session.js";
import { FakeCall } from "./fake-call.js";

function create() {
  const session = new FakeSession();
  return { session, sent: new SentCalls(session.asSession()) };
}

describe("calls that were sent in a session", () => {
  it("are given up by their answer, once", () => {
    const { sent } = create();
    const call = new FakeCall("one");
    sent.send(call);
    expect([sent.size, sent.calls]).toEqual([1, [call]]);
    expect(sent.answer(call.id)).toBe(call);
    expect([sent.size, sent.calls]).toEqual([0, []]);
    expect(() => sent.answer(call.id)).toThrow(ProtocolError);
  });

  it("refuse an answer to nobody", () => {
    const { sent } = create();
    const call = new FakeCall("one");
    sent.send(call);
    expect(() => sent.answer(77)).toThrow(new ProtocolError("an answer to call 77, which is not pending"));
    expect(sent.calls).toEqual([call]);
  });

  it("do not take an answer to an earlier call of the same slot", () => {
    const { sent } = create();
    const [one, two] = [new FakeCall("one"), new FakeCall("two")];
    sent.send(one);
    sent.answer(one.id);
    sent.send(two);
    expect(two.id).not.toBe(one.id);
    expect(() => sent.answer(one.id)).toThrow(ProtocolError);
    expect(sent.calls).toEqual([two]);
  });

  it("have ids of 32 bits, also after more calls than one slot has generations", () => {
    const { sent } = create();
    const call = new FakeCall("one");
    for (let count = 0; count < 2 ** 16 + 2; count++) {
      sent.send(call);
      if (call.id !== call.id >>> 0) throw new Error(`the id ${call.id} has more than 32 bits`);
      sent.answer(call.id);
    }
    expect(sent.size).toBe(0);
  });

  it("have as many slots as the peer allows, and no more than an id can name", () => {
    const { sent } = create();
    expect([sent.hasSlot(0), sent.hasSlot(1)]).toEqual([false, true]);
    const all = Array.from({ length: 2 ** 16 }, (_, index) => new FakeCall(`${index}`));
    for (const call of all) {
      expect(sent.hasSlot(1_000_000)).toBe(true);
      sent.send(call);
    }
    expect(sent.hasSlot(1_000_000)).toBe(false);
    expect(new Set(all.map(({ id }) => id)).size).toBe(2 ** 16);
    sent.answer(all[0]!.id);
    expect([sent.hasSlot(2 ** 16), sent.hasSlot(2 ** 16 - 1)]).toEqual([true, false]);
  });

  it("keep the slot of an abandoned one until its answer, which is for nobody then", () => {
    const { session, sent } = create();
    const call = new FakeCall("one");
    sent.send(call);
    expect(sent.abandon(call)).toBe(true);
    expect(session.frames.at(-1)).toEqual({ type: "cancel", id: call.id });
    expect([sent.size, sent.calls, sent.hasSlot(1)]).toEqual([1, [], false]);
    expect(sent.abandon(call)).toBe(false);
    expect(session.frames).toHaveLength(2);
    expect(sent.answer(call.id)).toBeUndefined();
    expect([sent.size, sent.hasSlot(1)]).toEqual([0, true]);
    expect(() => sent.answer(call.id)).toThrow(ProtocolError);
  });

  it("give their slot back when they cannot travel", () => {
    const { sent } = create();
    const [bad, good] = [new FakeCall("bad"), new FakeCall("good")];
    bad.failure = new RpcError("invalid_argument", "a function cannot travel");
    expect(() => sent.send(bad)).toThrow(bad.failure);
    expect([sent.size, sent.calls]).toEqual([0, []]);
    sent.send(good);
    expect([sent.size, sent.answer(good.id)]).toEqual([1, good]);
  });

  it("have their slot while they are being sent", () => {
    const { sent } = create();
    const call = new FakeCall("one");
    let during: unknown;
    call.underway = () => {
      during = [sent.size, sent.calls];
    };
    sent.send(call);
    expect(during).toEqual([1, [call]]);
  });

  it("are lost in the order they were sent, whatever their slots", () => {
    const { session, sent } = create();
    const [one, two, three, left] = ["one", "two", "three", "left"].map((name) => new FakeCall(name)) as [
      FakeCall,
      FakeCall,
      FakeCall,
      FakeCall,
    ];
    sent.send(one);
    sent.send(two);
    sent.answer(one.id);
    sent.send(left);
    sent.abandon(left);
    sent.answer(left.id);
    sent.send(three);
    expect(three.id & 0xffff).toBe(one.id & 0xffff);
    session.arrived = 2;
    expect(sent.lose()).toEqual([
      { call: two, mayHaveRun: true },
      { call: three, mayHaveRun: false },
    ]);
    expect([sent.size, sent.calls, sent.lose()]).toEqual([0, [], []]);
    expect(() => sent.answer(two.id)).toThrow(ProtocolError);
  });

  it("are not lost when nobody waits for them", () => {
    const { sent } = create();
    const call = new FakeCall("one");
    sent.send(call);
    sent.abandon(call);
    expect(sent.lose()).toEqual([]);
    expect(sent.size).toBe(0);
  });

  it.each([
    ["goes well", undefined],
    ["fails", new Error("the session is over")],
  ])("are lost with the session while they are being sent, when the sending %s after that", (_, failure) => {
    const { sent } = create();
    const call = new FakeCall("unlucky");
    const lost: unknown[] = [];
    call.failure = failure;
    call.underway = () => {
      lost.push(...sent.lose());
    };
    sent.send(call);
    expect(lost).toEqual([{ call, mayHaveRun: true }]);
    expect([sent.size, sent.calls]).toEqual([0, []]);
  });
});
