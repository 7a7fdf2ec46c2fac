import { describe, expect, it } from "vitest";
import type { CallContext } from "../../src/call.js";
import { RemoteCallbacks } from "../../src/callback/remote-callbacks.js";
import { RpcError } from "../../src/errors.js";
import type { Interceptor } from "../../src/interceptor.js";
import { checkLimits, type Limits } from "../../src/limits.js";
import { Admission } from "../../src/server/admission.js";
import { CallMeter } from "../../src/server/call-meter.js";
import type { CallingSession } from "../../src/server/call-runner.js";
import { Dispatcher } from "../../src/server/dispatcher.js";
import { MemoryOutcomeStore } from "../../src/server/memory-outcome-store.js";
import { MethodRunner } from "../../src/server/method-runner.js";
import { OnceCalls } from "../../src/server/once-calls.js";
import { Rules } from "../../src/server/rules.js";
import { RunningCount } from "../../src/server/running-calls.js";
import { SerialQueues } from "../../src/server/serial-queues.js";
import { Event } from "../../src/service/event.js";
import { event } from "../../src/service/event-decorator.js";
import { expose } from "../../src/service/expose.js";
import { createRegistry } from "../../src/service/registry.js";
import { service } from "../../src/service/service.js";
import { everyFrame } from "../../src/testing/every-frame.js";
import { SeededRandom } from "../../src/testing/seeded-random.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { ByteSink } from "../../src/wire/byte-sink.js";
import { encodeFrame } from "../../src/wire/encode-frame.js";
import type { CallFrame, ErrorFrame } from "../../src/wire/frame.js";
import { ProtocolError } from "../../src/wire/protocol-error.js";
import { FakeSession } from "../fake-session.js";
import { RecordingLogger } from "../recording-logger.js";

class Taken extends RpcError {
  constructor(readonly by: string) {
    super("already_exists", "taken");
  }
}

@service("Desk")
class Desk {
  settle: ((value: unknown) => void)[] = [];
  @event() readonly ticks = new Event<number>();
  @expose() add(one: number, two: number): number {
    return one + two;
  }
  @expose() async later(): Promise<string> {
    return "later";
  }
  @expose() wait(): Promise<unknown> {
    return new Promise((resolve) => this.settle.push(resolve));
  }
  @expose() give(what: string): unknown {
    const values: Record<string, unknown> = {
      function: () => {},
      large: new Uint8Array(5000),
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what it is about
      thenable: { then: (done: (value: unknown) => void) => [done(1), done(2)] },
      thrower: {
        // biome-ignore lint/suspicious/noThenProperty: a thenable is what it is about
        get then() {
          throw new Error("no then");
        },
      },
    };
    return values[what];
  }
  @expose({ throws: [Taken] }) claim(): never {
    throw new Taken("Alex");
  }
  @expose({ throws: [Taken] }) claimOddly(): never {
    throw Object.assign(new Taken("Alex"), { undo: () => {} });
  }
  @expose() fail(): never {
    throw new Error("secret");
  }
  @expose() failWith(): never {
    throw new RpcError("aborted", "odd", { details: () => {} });
  }
  @expose({ context: true }) who(context: CallContext, greeting: string): string {
    return `${greeting} ${String(context.identity)} ${context.callId}`;
  }
  hidden(): string {
    return "hidden";
  }
}

function create(options: { limits?: Partial<Limits>; interceptors?: Interceptor<CallContext>[] } = {}) {
  const clock = new VirtualClock(1000);
  const session = new FakeSession();
  session.arrivalTime = clock.now();
  const logger = new RecordingLogger();
  const limits = checkLimits(options.limits);
  const desk = new Desk();
  const state: { draining: { retryAfterMs: number } | undefined } = { draining: undefined };
  const dispatcher = new Dispatcher(calling(session, clock, limits), {
    registry: createRegistry([desk], undefined),
    ...shared({ clock, limits, logger, draining: () => state.draining, interceptors: options.interceptors }),
  });
  const call = (id: number, method: string, args: unknown[] = [], timeLeftMs = 1000): void => {
    const frame: CallFrame = { type: "call", id, target: { service: "Desk", method }, timeLeftMs, args };
    dispatcher.call(frame, clock.now());
  };
  return { clock, session, logger, desk, state, dispatcher, call };
}

/** The session that is dispatched for. */
function calling(session: FakeSession, clock: VirtualClock, limits: Limits): CallingSession {
  return {
    session: session.asSession(),
    caller: { identity: "Alex", sessionId: "s", peer: undefined },
    callbacks: new RemoteCallbacks(session.asSession(), clock, limits),
    beforeReply: () => {},
  };
}

interface Server {
  clock: VirtualClock;
  limits: Limits;
  logger: RecordingLogger;
  draining(): { retryAfterMs: number } | undefined;
  interceptors?: Interceptor<CallContext>[] | undefined;
}

/** What all sessions of a server share: keys that were seen, and turns. */
function shared({ clock, limits, logger, draining, interceptors = [] }: Server) {
  const { maxOutcomes, outcomeBytes } = limits;
  const epoch = "epoch";
  const store = new MemoryOutcomeStore({ maxOutcomes, outcomeBytes, since: clock.wallTime() });
  const failures = { logger, random: new SeededRandom(2), exposeErrors: false };
  const once = new OnceCalls({ store, clock, limits, failures, epoch, scopeOf: (identity) => identity });
  const runningInAll = new RunningCount();
  const rules = new Rules(logger);
  const meter = new CallMeter(clock);
  const serial = new SerialQueues(epoch);
  return {
    clock,
    limits,
    failures,
    runningInAll,
    once,
    rules,
    meter,
    admission: new Admission({ limits, runningInAll, rules, draining }),
    methods: new MethodRunner({ interceptors, failures, serial, meter, ambientContext: undefined }),
  };
}

describe("a dispatcher", () => {
  it("answers a synchronous method at once", () => {
    const { session, call, dispatcher } = create();
    call(1, "add", [2, 3]);
    expect(session.frames).toEqual([{ type: "reply", id: 1, value: 5 }]);
    expect(dispatcher.runningInAll).toBe(0);
  });

  it("answers an asynchronous one when it settles", async () => {
    const { session, call, dispatcher, clock } = create();
    call(1, "later");
    expect([session.frames, dispatcher.running]).toEqual([[], 1]);
    await clock.settle();
    expect([session.frames, dispatcher.running]).toEqual([[{ type: "reply", id: 1, value: "later" }], 0]);
  });

  it("passes the context in front of the arguments", () => {
    const { session, call } = create();
    call(7, "who", ["hello"]);
    expect(session.frames).toMatchObject([{ value: "hello Alex 7" }]);
  });

  it.each(["a stream", "a one-way call", "an outcome"])(
    "refuses hidden names as absent ones, for %s",
    (what) => {
      const { session, dispatcher, clock } = create();
      for (const method of ["hidden", "absent", "settle", "__proto__"]) {
        const target = { service: "Desk", method };
        const extras = what === "a stream" ? { credit: { items: 1, bytes: 1 } } : { oneway: true };
        if (what === "an outcome")
          dispatcher.queryOutcome({ type: "outcomeQuery", id: 1, ...target, key: "k" });
        else
          dispatcher.call({ type: "call", id: 1, target, timeLeftMs: 1_000, extras, args: [] }, clock.now());
        expect(session.frames.pop()).toEqual({
          type: "error",
          id: what === "a one-way call" ? 0 : 1,
          code: "unimplemented",
          message: `no method Desk.${method}`,
          outcome: "not-executed",
        });
      }
    },
  );

  it("refuses hidden, absent and inherited names alike, apart from the name", () => {
    const { session, call } = create();
    const names = [
      "hidden",
      "absent",
      "then",
      "constructor",
      "toString",
      "__proto__",
      "hasOwnProperty",
      "settle",
      "ticks",
      "$with",
      "",
    ];
    for (const [id, name] of names.entries()) call(id, name);
    const errors = session.frames as ErrorFrame[];
    expect(
      errors.map((frame, index) =>
        JSON.stringify({ ...frame, id: 0 }).replace(`Desk.${names[index]}"`, 'Desk.NAME"'),
      ),
    ).toEqual(
      names.map(() =>
        JSON.stringify({
          type: "error",
          id: 0,
          code: "unimplemented",
          message: "no method Desk.NAME",
          outcome: "not-executed",
        }),
      ),
    );
  });

  it.each(["constructor", "__proto__", "toString", "Nobody"])("has no service %s", (name) => {
    const { session, dispatcher } = create();
    dispatcher.call(
      { type: "call", id: 1, target: { service: name, method: "add" }, timeLeftMs: 10, args: [] },
      1000,
    );
    expect(session.frames).toMatchObject([{ code: "unimplemented", message: `no method ${name}.add` }]);
  });

  it("does not send a long name back", () => {
    const { session, call } = create();
    call(1, "x".repeat(1_000_000));
    expect((session.frames[0] as ErrorFrame).message.length).toBeLessThan(300);
  });

  it("calls a call id that is running twice a broken protocol", () => {
    const { call, desk } = create();
    call(1, "wait");
    expect(() => call(1, "add")).toThrow(new ProtocolError("call id 1 is running already"));
    expect(desk.settle).toHaveLength(1);
  });

  it("takes an id again after its answer", () => {
    const { call, session } = create();
    call(1, "add", [1, 1]);
    call(1, "add", [2, 2]);
    expect(session.frames).toMatchObject([{ value: 2 }, { value: 4 }]);
  });

  it("refuses what is expired, above maxRunningCalls, or has too much metadata; nothing runs", () => {
    const { call, session, dispatcher, desk } = create({
      limits: { maxRunningCalls: 1, maxMetadataBytes: 20 },
    });
    call(1, "wait", [], 0);
    const frame: CallFrame = {
      type: "call",
      id: 2,
      target: { service: "Desk", method: "wait" },
      timeLeftMs: 10,
      args: [],
    };
    dispatcher.call({ ...frame, metadata: { long: "x".repeat(20) } }, 1000);
    call(3, "wait");
    call(4, "wait");
    expect(session.frames).toMatchObject([
      {
        id: 1,
        code: "deadline_exceeded",
        outcome: "not-executed",
        message: "Desk.wait: its deadline passed before it could run",
      },
      {
        id: 2,
        code: "resource_exhausted",
        outcome: "not-executed",
        message: "Desk.wait: metadata exceeds maxMetadataBytes (20)",
      },
      {
        id: 4,
        code: "resource_exhausted",
        outcome: "not-executed",
        message: "Desk.wait: 1 calls run already (maxRunningCalls)",
      },
    ]);
    expect(desk.settle).toHaveLength(1);
  });

  it("refuses new calls while it drains, and lets running ones finish", async () => {
    const { call, session, state, desk, clock } = create();
    call(1, "wait");
    state.draining = { retryAfterMs: 500 };
    call(2, "add", [1, 2]);
    desk.settle[0]?.("done");
    await clock.settle();
    expect(session.frames).toMatchObject([
      { id: 2, code: "unavailable", outcome: "not-executed", retryAfterMs: 500 },
      { type: "reply", id: 1, value: "done" },
    ]);
  });

  it("frees a slot when the method settles, not when the cancel comes", async () => {
    const { call, dispatcher, desk, clock, session } = create();
    call(1, "wait");
    dispatcher.cancel(1);
    dispatcher.cancel(99);
    expect(dispatcher.runningInAll).toBe(1);
    desk.settle[0]?.("anyway");
    await clock.settle();
    expect([dispatcher.running, session.frames.length]).toEqual([0, 1]);
  });

  it("tells in an error that a result cannot travel or is too large, executed", () => {
    const { call, session, logger } = create();
    call(1, "give", ["function"]);
    session.refuse = (frame) => {
      if (frame.type === "reply")
        throw new RpcError(
          "resource_exhausted",
          "packet of 5018 bytes exceeds the peer's maxPacketBytes of 1024",
        );
    };
    call(2, "give", ["large"]);
    expect(session.frames[1]).toMatchObject({
      code: "resource_exhausted",
      outcome: "executed",
      message:
        "Desk.give ran, but its reply is too large: packet of 5018 bytes exceeds the peer's maxPacketBytes of 1024; raise it at the client, or answer in parts",
    });
    expect(logger.lines).toHaveLength(1);
  });

  it("leaves out of an error what cannot travel, and says in the log what", () => {
    const { call, session, logger } = create();
    session.refuse = (frame) => encodeFrame(new ByteSink(64), frame, checkLimits(), everyFrame);
    call(1, "failWith");
    call(2, "claimOddly");
    expect(session.frames).toEqual([
      { type: "error", id: 1, code: "aborted", outcome: "executed", message: "odd" },
      {
        type: "error",
        id: 2,
        code: "already_exists",
        outcome: "executed",
        message: "taken",
        name: "Taken",
        fields: { by: "Alex" },
      },
    ]);
    expect(logger.lines).toEqual([
      "error Desk.failWith: its error cannot travel whole: details: a function cannot travel; send what it returns",
      "error Desk.claimOddly: its error cannot travel whole: fields.undo: a function cannot travel; send what it returns",
    ]);
  });

  it("tells the code of an error that is too large for its caller", () => {
    const { call, session, logger } = create();
    session.refuse = (frame) => {
      if (frame.type === "error" && frame.message === "odd")
        throw new RpcError("resource_exhausted", "packet of 2000 bytes exceeds the peer's maxPacketBytes");
    };
    call(1, "failWith");
    expect(session.frames).toMatchObject([
      { code: "aborted", outcome: "executed", message: "it is too large for the caller to be told more" },
    ]);
    expect(logger.lines).toEqual([
      "error Desk.failWith: its error cannot travel whole: details: a function cannot travel; send what it returns",
    ]);
  });

  it("answers once, whatever a thenable does", async () => {
    const { call, session, clock } = create();
    call(1, "give", ["thenable"]);
    await clock.settle();
    expect(session.frames).toEqual([{ type: "reply", id: 1, value: 1 }]);
  });

  it("survives a result whose then throws", async () => {
    const { call, session, clock, dispatcher } = create();
    call(1, "give", ["thrower"]);
    await clock.settle();
    expect(session.frames).toMatchObject([{ type: "error", code: "internal", outcome: "executed" }]);
    expect(dispatcher.runningInAll).toBe(0);
  });

  it("sends declared errors by name, others as internal with an id that the log has", () => {
    const { call, session, logger } = create();
    call(1, "claim");
    call(2, "fail");
    expect(session.frames).toMatchObject([
      { name: "Taken", fields: { by: "Alex" }, code: "already_exists" },
      {
        code: "internal",
        message: expect.stringMatching(
          /: internal error \(error id [0-9a-f]{16}; the server's log has it\)$/,
        ),
      },
    ]);
    expect(logger.lines[0]).toContain((session.frames[1] as ErrorFrame).errorId);
  });
});

describe("a dispatcher without room to answer", () => {
  it("waits with its replies, slots taken, until there is room", async () => {
    const { call, session, dispatcher } = create();
    session.hasRoom = false;
    call(1, "add", [1, 1]);
    call(2, "add", [2, 2]);
    expect([session.frames, dispatcher.running]).toEqual([[], 2]);
    session.hasRoom = true;
    dispatcher.room();
    expect([session.frames.length, dispatcher.running]).toEqual([2, 0]);
  });

  it("waits with refusals too: a peer that keeps to its limits must not lose its session", () => {
    const { call, session, dispatcher } = create();
    session.hasRoom = false;
    call(1, "absent");
    expect(session.frames).toEqual([]);
    session.hasRoom = true;
    dispatcher.room();
    expect(session.frames).toMatchObject([{ id: 1, code: "unimplemented" }]);
  });

  it("calls more of them than maxRunningCalls a broken protocol", () => {
    const { call, session } = create({ limits: { maxRunningCalls: 2 } });
    session.hasRoom = false;
    call(1, "absent");
    call(2, "absent");
    expect(() => call(3, "absent")).toThrow(
      new ProtocolError("calls beyond maxRunningCalls (2), answers unread"),
    );
  });

  it("says nothing after the end of its session, and aborts what runs", async () => {
    const { call, session, dispatcher, desk, clock } = create();
    call(1, "wait");
    session.hasRoom = false;
    session.open = false;
    dispatcher.ended(new RpcError("unavailable", "over"));
    desk.settle[0]?.("late");
    await clock.settle();
    expect([session.frames, dispatcher.running, clock.timers]).toEqual([[], 0, 0]);
  });
});

describe("interceptors of a server", () => {
  it("go around the method, the first outermost, and see the context", async () => {
    const seen: string[] = [];
    const around =
      (name: string): Interceptor<CallContext> =>
      async (call, next) => {
        seen.push(`${name} ${call.service}.${call.method} ${String(call.identity)}`);
        const result = await next(call);
        seen.push(`${name} got ${String(result)}`);
        return result;
      };
    const { call, session, clock } = create({ interceptors: [around("outer"), around("inner")] });
    call(1, "add", [1, 2]);
    await clock.settle();
    expect(seen).toEqual(["outer Desk.add Alex", "inner Desk.add Alex", "inner got 3", "outer got 3"]);
    expect(session.frames).toEqual([{ type: "reply", id: 1, value: 3 }]);
  });

  it("may refuse, answer by themselves, or change the arguments", async () => {
    const { call, session, clock } = create({
      interceptors: [
        async (seen, next) => {
          if (seen.method === "fail") throw new RpcError("permission_denied", "no");
          if (seen.method === "later") return "early";
          return next(Object.assign(Object.create(seen), { args: [10, 20] }) as CallContext);
        },
      ],
    });
    call(1, "fail");
    call(2, "later");
    call(3, "add", [1, 2]);
    await clock.settle();
    expect(session.frames).toMatchObject([
      { id: 1, code: "permission_denied" },
      { id: 2, value: "early" },
      { id: 3, value: 30 },
    ]);
  });
});

describe("numbers for names", () => {
  it("are agreed on in turn", () => {
    const { dispatcher, session } = create();
    dispatcher.use({ type: "use", ref: 0, service: "Desk", hash: "sha256-x" }, false);
    expect(session.frames).toEqual([{ type: "used", ref: 0, equal: false }]);
    expect(() => dispatcher.use({ type: "use", ref: 5, service: "Desk", hash: "" }, false)).toThrow(
      new ProtocolError("use of the number 5 out of turn"),
    );
  });

  it("that were not agreed on break the protocol", () => {
    const { dispatcher } = create();
    dispatcher.use({ type: "use", ref: 0, service: "Desk", hash: "sha256-x" }, false);
    for (const ref of [0, 1]) {
      expect(() =>
        dispatcher.call({ type: "call", id: 1, target: { ref, member: 0 }, timeLeftMs: 10, args: [] }, 1000),
      ).toThrow(new ProtocolError(`call of number ${ref}.0, which was not agreed on`));
    }
  });

  it("call the same method when the hashes are equal", () => {
    const call = { kind: "call", params: [], result: {} } as const;
    @service("Small")
    class Small {
      @expose() b(): string {
        return "b";
      }
      @expose() a(): string {
        return "a";
      }
    }
    const contract = {
      rpcContract: 1,
      name: "n",
      hash: "h",
      types: {},
      services: { Small: { hash: "sha256-s", members: { a: call, b: call } } },
    } as const;
    const session = new FakeSession();
    const clock = new VirtualClock();
    const limits = checkLimits({});
    const logger = new RecordingLogger();
    const dispatcher = new Dispatcher(calling(session, clock, limits), {
      registry: createRegistry([new Small()], contract),
      ...shared({ clock, limits, logger, draining: () => undefined }),
    });
    dispatcher.use({ type: "use", ref: 0, service: "Small", hash: "sha256-s" }, false);
    for (const member of [0, 1])
      dispatcher.call({ type: "call", id: member, target: { ref: 0, member }, timeLeftMs: 10, args: [] }, 0);
    expect(session.frames).toEqual([
      { type: "used", ref: 0, equal: true },
      { type: "reply", id: 0, value: "a" },
      { type: "reply", id: 1, value: "b" },
    ]);
  });
});
