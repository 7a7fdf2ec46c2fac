import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { CallOptions } from "../../src/call.js";
import { createServiceCaller } from "../../src/client/caller.js";
import { createProxy } from "../../src/client/proxy.js";
import { toSubscribeRequest } from "../../src/client/subscribe-request.js";

function create() {
  const calls: { method: string; args: readonly unknown[]; options: CallOptions }[] = [];
  const asked: unknown[] = [];
  const subscribed: unknown[] = [];
  const caller = createServiceCaller(
    { name: "Person", hash: "", members: [] },
    {
      call: async (_, method, args, options) => {
        calls.push({ method, args, options });
        return `answer to ${method}`;
      },
      stream: (_, method) => ({
        async *[Symbol.asyncIterator]() {
          yield `item of ${method}`;
          return undefined;
        },
      }),
      oneway: async (_, method, args, options) => {
        calls.push({ method, args, options });
      },
      outcome: async ({ name }, method, key, options) => {
        asked.push({ service: name, method, key, options });
        return { state: "running" };
      },
      subscribe: async ({ name }, event, args) => {
        subscribed.push(toSubscribeRequest(name, event, args));
        return undefined as never;
      },
    },
    {},
  );
  // biome-ignore lint/suspicious/noExplicitAny: the point of this proxy is that any member may be asked of it
  return { calls, asked, subscribed, person: createProxy(caller) as any };
}

describe("a proxy", () => {
  it("turns any member into a stream or a one-way call when that is asked of it", async () => {
    const { calls, person } = create();
    const items: unknown[] = [];
    for await (const item of person.ticks.stream("A")) items.push(item);
    expect(items).toEqual(["item of ticks"]);
    expect(await person.log.oneway("line")).toBe(undefined);
    expect(calls).toEqual([{ method: "log", args: ["line"], options: {} }]);
  });

  it("turns any member into a call", async () => {
    const { calls, person } = create();
    expect(await person.changeName("Alex", 1)).toBe("answer to changeName");
    expect(calls).toEqual([{ method: "changeName", args: ["Alex", 1], options: {} }]);
  });

  it("gives the same function for the same member", () => {
    const { person } = create();
    expect(person.getName).toBe(person.getName);
  });

  it("turns a member into an event when subscribe is asked of it", async () => {
    const { subscribed, person, calls } = create();
    const listener = () => {};
    await person.renamed.subscribe("A", listener);
    await person.renamed.subscribe();
    await person.renamed.subscribe("A", listener, { from: "oldest" });
    await person.renamed.subscribe("A", { from: { epoch: "e", position: 5 } });
    expect(subscribed).toEqual([
      { service: "Person", event: "renamed", prefix: "A", listener, from: "now" },
      { service: "Person", event: "renamed", prefix: "", listener: undefined, from: "now" },
      { service: "Person", event: "renamed", prefix: "A", listener, from: "oldest" },
      {
        service: "Person",
        event: "renamed",
        prefix: "A",
        listener: undefined,
        from: { epoch: "e", position: 5 },
      },
    ]);
    expect(calls).toEqual([]);
  });

  it.each([
    [{ form: "oldest" }, "unknown option form"],
    [{ from: "newest" }, 'expected from to be "now", "oldest" or a stored { epoch, position }'],
    [{ from: 5 }, 'expected from to be "now", "oldest" or a stored { epoch, position }'],
    [{ from: { epoch: "e", position: -1 } }, "expected from to be"],
  ])("refuses to subscribe with %j, and asks for nothing", async (options, message) => {
    const { subscribed, person } = create();
    await expect((async () => person.renamed.subscribe("A", options))()).rejects.toThrow(message);
    expect(subscribed).toEqual([]);
  });

  it.each([[5], ["log"], [null]])("refuses the listener %j, and asks for nothing", async (listener) => {
    const { subscribed, person } = create();
    await expect((async () => person.renamed.subscribe("A", listener as never))()).rejects.toThrow(
      "Person.renamed: the listener must be a function, got",
    );
    expect(subscribed).toEqual([]);
  });

  it("is never a thenable: await gives it back and calls nothing", async () => {
    const { calls, person } = create();
    const given = await (async () => person)();
    expect(given).toBe(person);
    expect(person.then).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it("calls nothing when it is inspected, printed or compared", () => {
    const { calls, person } = create();
    inspect(person);
    inspect(person, { showProxy: true, depth: 5 });
    expect(JSON.stringify({ person })).toBe('{"person":{}}');
    expect(() => `${person}`).toThrow(TypeError);
    expect(Object.keys(person)).toEqual([]);
    expect("getName" in person).toBe(false);
    expect(person).not.toEqual({ getName: 1 });
    expect(calls).toEqual([]);
  });

  it.each([
    "then",
    "constructor",
    "toJSON",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "__proto__",
    "$secret",
    "__secret",
    "1st",
    "",
  ])("has no member %j", (name) => {
    expect(create().person[name]).toBeUndefined();
  });

  it("has no members named by symbols", () => {
    const { person } = create();
    expect(person[Symbol.iterator]).toBeUndefined();
    expect(person[Symbol.toPrimitive]).toBeUndefined();
    expect(person[Symbol.asyncDispose]).toBeUndefined();
  });

  it("cannot be assigned to", () => {
    const { person } = create();
    expect(() => {
      person.getName = 1;
    }).toThrow(new TypeError("getName of a remote service cannot be set from here"));
  });

  it("does not send trailing arguments that are undefined", async () => {
    const { calls, person } = create();
    await person.method(undefined, 1, undefined, undefined);
    await person.method(undefined);
    expect(calls.map(({ args }) => args)).toEqual([[undefined, 1], []]);
  });

  it("asks with $outcome what became of a call, and calls nothing", async () => {
    const { calls, asked, person } = create();
    expect(await person.$with({ timeoutMs: 5 }).$outcome("rename", "key 1")).toEqual({ state: "running" });
    expect(asked).toMatchObject([
      { service: "Person", method: "rename", key: "key 1", options: { timeoutMs: 5 } },
    ]);
    expect(calls).toEqual([]);
  });
});

describe("$with", () => {
  it("adds options to every call, and leaves the service as it was", async () => {
    const { calls, person } = create();
    const { signal } = new AbortController();
    await person.$with({ timeoutMs: 5, signal, metadata: { a: "1" } }).getName();
    await person.getName();
    expect(calls.map(({ options }) => options)).toEqual([{ timeoutMs: 5, signal, metadata: { a: "1" } }, {}]);
  });

  it("nests: the inner one wins, metadata is added up", async () => {
    const { calls, person } = create();
    const outer = person.$with({ timeoutMs: 5, metadata: { a: "1", b: "1" } });
    await outer.$with({ metadata: { b: "2", c: "2" } }).getName();
    await outer.$with({ timeoutMs: 7 }).getName();
    expect(calls.map(({ options }) => options)).toEqual([
      { timeoutMs: 5, metadata: { a: "1", b: "2", c: "2" } },
      { timeoutMs: 7, metadata: { a: "1", b: "1" } },
    ]);
  });

  it("refuses an option nobody knows", () => {
    const { person } = create();
    expect(() => person.$with({ timeout: 5 })).toThrow(
      new TypeError(
        "$with: unknown option timeout; known are timeoutMs, signal, metadata, idempotent, key, context",
      ),
    );
  });
});
