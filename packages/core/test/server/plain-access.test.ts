import { describe, expect, it } from "vitest";
import type { CallContext } from "../../src/call.js";
import { RpcError } from "../../src/errors.js";
import { checkLimits, type Limits } from "../../src/limits.js";
import { HistoryBudget } from "../../src/server/delivery/history-budget.js";
import { createPlainAccess } from "../../src/server/plain-access.js";
import { Rules } from "../../src/server/rules.js";
import { SerialQueues } from "../../src/server/serial-queues.js";
import { TopicLog } from "../../src/server/topic-log.js";
import type { Contract } from "../../src/service/contract.js";
import { Event } from "../../src/service/event.js";
import { event } from "../../src/service/event-decorator.js";
import { expose } from "../../src/service/expose.js";
import { createRegistry } from "../../src/service/registry.js";
import { service } from "../../src/service/service.js";
import { SeededRandom } from "../../src/testing/seeded-random.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { ByteSink } from "../../src/wire/byte-sink.js";
import { decodeValue, encodeValue } from "../../src/wire/values.js";
import { RecordingLogger } from "../recording-logger.js";

@service("Person")
class Person {
  readonly aborted: string[] = [];
  @event({ allow: ({ identity }, topic) => identity !== undefined || !topic.startsWith("secret.") })
  readonly renamed = new Event<unknown>();
  @expose() greet(name: unknown, loud: unknown, times: unknown): unknown {
    return [name, loud, times];
  }
  @expose({ context: true }) wait(context: CallContext): Promise<never> {
    return new Promise((_, reject) => {
      context.signal.addEventListener("abort", () => {
        this.aborted.push((context.signal.reason as Error).message);
        reject(context.signal.reason as Error);
      });
    });
  }
  @expose() nothing(): void {}
  @expose({ allow: ({ identity }) => identity !== undefined }) known(): void {}
  @expose() crash(): never {
    throw new Error("secret");
  }
  @expose() refuse(): never {
    throw new RpcError("not_found", "nobody");
  }
  @expose() shared(): string {
    return "of a person";
  }
  @expose() unsendable(): unknown {
    return () => {};
  }
}

@service("Dog")
class Dog {
  @expose() shared(): string {
    return "of a dog";
  }
}

const params = [
  { name: "name", type: {} },
  { name: "loud", type: {} },
  { name: "times", type: {} },
];
const described = { kind: "call", params: [], result: {} } as const;
const contract: Contract = {
  rpcContract: 1,
  name: "n",
  hash: "h",
  types: {},
  services: {
    Dog: { hash: "d", members: { shared: described } },
    Person: {
      hash: "p",
      members: {
        crash: described,
        greet: { ...described, params },
        known: described,
        nothing: described,
        refuse: described,
        renamed: { kind: "event", mode: "signal", payload: {} },
        shared: described,
        unsendable: described,
        wait: described,
      },
    },
  },
};

function encode(value: unknown): Uint8Array {
  const sink = new ByteSink(64);
  encodeValue(sink, value, { maxDepth: 100, maxNodes: 1_000_000 });
  return sink.bytes.slice(0, sink.position);
}

function create(options: { contract?: Contract; limits?: Partial<Limits> } = { contract }) {
  const clock = new VirtualClock();
  const limits = checkLimits(options.limits);
  const person = new Person();
  const registry = createRegistry([person, new Dog()], options.contract);
  const renamed = registry.get("Person")?.members.get("renamed");
  if (renamed?.kind !== "event") throw new Error("expected the event renamed");
  const logger = new RecordingLogger();
  const rules = new Rules(logger);
  const budget = new HistoryBudget(limits.historyBytes);
  const log = new TopicLog(renamed, { clock, limits, rules, budget });
  const plain = createPlainAccess({
    registry,
    logs: new Map([["Person", new Map([["renamed", log]])]]),
    clock,
    limits,
    interceptors: [],
    failures: { logger, random: new SeededRandom(1), exposeErrors: false },
    timeoutMs: 1000,
    serial: new SerialQueues("epoch"),
    rules,
  });
  const { signal } = new AbortController();
  async function raw(request: Uint8Array, given: AbortSignal = signal): Promise<unknown> {
    const answer = await plain.call(request, { scheme: "zmq" }, given);
    return decodeValue(answer, 0, answer.length);
  }
  const ask = (...request: unknown[]) => raw(encode(request));
  return { clock, person, plain, log, logger, raw, ask };
}

describe("a plain request", () => {
  it("is answered with true and the value", async () => {
    const { ask } = create();
    expect(await ask("Person.greet", ["Alex", true, 2])).toEqual([true, ["Alex", true, 2]]);
    expect(await ask("greet", ["Alex"])).toEqual([true, ["Alex", undefined, undefined]]);
    expect(await ask("nothing", [])).toEqual([true, null]);
  });

  it("places arguments by name, where a contract tells the names", async () => {
    const { ask } = create();
    expect(await ask("greet", ["Alex"], { times: 3 })).toEqual([true, ["Alex", undefined, 3]]);
    expect(await ask("greet", ["Alex"], { name: "Blair" })).toEqual([
      false,
      { code: "invalid_argument", message: "Person.greet: name is given twice, as argument 1 and by name" },
    ]);
    expect(await ask("greet", [], { nmae: 1 })).toEqual([
      false,
      { code: "invalid_argument", message: "Person.greet has no parameter nmae; it has name, loud, times" },
    ]);
    const without = create({});
    expect(await without.ask("greet", [], { name: 1 })).toMatchObject([
      false,
      { message: expect.stringContaining("kwargs need the contract") },
    ]);
  });

  it("is nobody's to a rule", async () => {
    expect(await create().ask("Person.known", [])).toEqual([
      false,
      {
        code: "permission_denied",
        message: "Person.known: its rule does not allow this caller to call it",
      },
    ]);
  });

  it("says what to write when a bare name is of two services", async () => {
    const { ask } = create();
    expect(await ask("shared", [])).toEqual([
      false,
      { code: "invalid_argument", message: "shared is a method of Person and Dog; write Person.shared" },
    ]);
    expect(await ask("Dog.shared", [])).toEqual([true, "of a dog"]);
  });

  it.each([
    "Person.absent",
    "Person.renamed",
    "Person.constructor",
    "Person.__proto__",
    "constructor.greet",
    "toString",
    "",
    ".",
  ])("cannot reach %s", async (name) => {
    expect(await create().ask(name, [])).toEqual([
      false,
      { code: "unimplemented", message: `no method ${name}` },
    ]);
  });

  it("tells an application's error, and hides what it did not mean to tell", async () => {
    const { ask, logger } = create();
    expect(await ask("refuse", [])).toEqual([false, { code: "not_found", message: "nobody" }]);
    expect(logger.lines).toEqual([]);
    expect(await ask("crash", [])).toEqual([
      false,
      {
        code: "internal",
        message: expect.stringMatching(
          /: internal error \(error id [0-9a-f]{16}; the server's log has it\)$/,
        ),
      },
    ]);
    expect(logger.lines[0]).toMatch(/^error Person\.crash failed, error id [0-9a-f]{16}: Error: secret/);
  });

  it("tells that a result cannot travel", async () => {
    expect(await create().ask("unsendable", [])).toMatchObject([false, { code: "invalid_argument" }]);
  });

  it("is refused when it is no request", async () => {
    const { raw, ask } = create();
    for (const bytes of [
      new Uint8Array(0),
      Uint8Array.of(0xc1),
      encode("x"),
      encode([]),
      encode(["greet"]),
      encode([1, []]),
      encode(["greet", {}]),
      encode(["greet", [], 5]),
      encode(["greet", [], {}, 1]),
      Uint8Array.of(...encode(["greet", []]), 0),
    ]) {
      expect(await raw(bytes)).toMatchObject([
        false,
        { code: "invalid_argument", message: expect.stringContaining("expected MessagePack [method, args]") },
      ]);
    }
    expect(await ask("greet", [], new Map([["name", 1]]))).toMatchObject([
      false,
      { message: expect.stringContaining("kwargs is no map") },
    ]);
  });

  it("is answered whatever its bytes are", async () => {
    const { raw } = create();
    const random = new SeededRandom(5);
    const whole = encode(["Person.greet", ["Alex", { deep: [1, 2, 3] }], { times: 1 }]);
    for (let run = 0; run < 2000; run++) {
      const bytes = whole.map((byte) => (random.chance(0.05) ? random.whole(0, 255) : byte));
      const answer = (await raw(bytes)) as [boolean, unknown];
      expect(typeof answer[0]).toBe("boolean");
    }
  });

  it("is refused above the server's limits", async () => {
    const { ask } = create({ contract, limits: { maxDepth: 4 } });
    expect(await ask("greet", [[[[[]]]]])).toMatchObject([
      false,
      { code: "invalid_argument", message: expect.stringContaining("maxDepth 4") },
    ]);
  });

  it("is cancelled when its peer goes, or its time is over, and leaves nothing behind", async () => {
    const { clock, person, raw, ask, plain } = create();
    const controller = new AbortController();
    const left = raw(encode(["wait", []]), controller.signal);
    await clock.settle();
    expect(plain.running).toBe(1);
    controller.abort();
    await left;
    const late = ask("wait", []);
    await clock.advance(1000);
    expect(await late).toEqual([
      false,
      { code: "deadline_exceeded", message: "Person.wait: its deadline passed" },
    ]);
    expect(person.aborted).toEqual(["the peer is gone", "Person.wait: its deadline passed"]);
    expect([clock.timers, plain.running]).toEqual([0, 0]);
  });

  it("is refused after the server was closed, and answered when that happens meanwhile", async () => {
    const { clock, ask, plain } = create();
    const meanwhile = ask("wait", []);
    await clock.settle();
    plain.close();
    const closed = [false, { code: "unavailable", message: "the server was closed" }];
    expect(await meanwhile).toEqual(closed);
    expect(await ask("greet", [])).toEqual(closed);
    await clock.settle();
    expect(clock.timers).toBe(0);
  });
});

describe("hearing an event plainly", () => {
  it("gives topic and value as MessagePack until it stops", () => {
    const { plain, log } = create();
    const heard: unknown[] = [];
    const stop = plain.hear("Person.renamed", (topic, value) =>
      heard.push([topic, decodeValue(value, 0, value.length)]),
    );
    log.publish("secret.a", { to: "Alex" }, undefined);
    log.publish("a", { to: "Alex" }, undefined);
    stop();
    log.publish("a", { to: "Blair" }, undefined);
    expect(heard).toEqual([["a", { to: "Alex" }]]);
  });

  it.each(["Person.absent", "renamed", "Person.greet", "constructor.toString"])(
    "refuses %s, naming what there is",
    (name) => {
      expect(() => create().plain.hear(name, () => {})).toThrow(
        new TypeError(`no event ${name} to publish; served are Person.renamed`),
      );
    },
  );
});
