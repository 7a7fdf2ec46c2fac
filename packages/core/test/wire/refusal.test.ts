import { describe, expect, it } from "vitest";
import { RpcError } from "../../src/errors.js";
import { ByteSink } from "../../src/wire/byte-sink.js";
import * as compact from "../../src/wire/compact-values.js";
import { encodeValue } from "../../src/wire/values.js";
import { encoded, limits, roundTrip } from "./value-bytes.js";

class Order {
  readonly id = 1;
}
class Positions extends Map<string, number> {}

const detached = new Uint8Array(8);
structuredClone(detached, { transfer: [detached.buffer] });

// Each with what its refusal says.
const refused: readonly [value: unknown, message: string][] = [
  [() => 1, "a function cannot travel; send what it returns"],
  [
    { orders: [0, 1, 2, { onFill() {} }] },
    ".orders[3].onFill: a function cannot travel; send what it returns",
  ],
  [Symbol("s"), "a symbol cannot travel; send a string"],
  [
    { order: new Order() },
    ".order: an Order instance cannot travel; send a plain object, such as { ...order }",
  ],
  [new Positions(), "a Positions instance cannot travel; send a plain object, such as { ...positions }"],
  [Object.create({ a: 1 }), "an Object instance cannot travel; send a plain object, such as { ...object }"],
  [new (class {})(), "an instance of a class without a name cannot travel; send a plain object"],
  [[Promise.resolve(1)], "[0]: a Promise instance cannot travel; await it"],
  [new WeakMap(), "a WeakMap instance cannot travel; send a Map"],
  [/a/g, "a RegExp instance cannot travel; send its source and flags"],
  [new TypeError("no"), "a TypeError instance cannot travel; throw it, or send its message"],
  [new URL("rpc:a"), "a URL instance cannot travel; send its href"],
  [new SharedArrayBuffer(1), "a SharedArrayBuffer instance cannot travel; send a Uint8Array of it"],
  [[].values(), "cannot travel"],
  [(function* () {})(), "a Generator instance cannot travel; send an array, such as [...values]"],
  [new Date(Number.NaN), "an invalid Date cannot travel; send null for no date"],
  [1n << 40_000n, "a bigint of more than 4096 bytes cannot travel; send a Uint8Array"],
  ["\ud800", "a string with a lone surrogate cannot travel; make it well-formed, such as by toWellFormed()"],
  [{ "a\udc00": 1 }, '["a\\udc00"]: a string with a lone surrogate cannot travel'],
  [
    JSON.parse('{"__proto__":{"admin":true}}'),
    ".__proto__: a property named __proto__ cannot travel; rename it",
  ],
  [{ "not a name": { "": Symbol() } }, '["not a name"][""]: a symbol'],
  [new Map([["AAPL", { a: Symbol() }]]), '.get("AAPL").a: a symbol'],
  [
    new Map([
      [1, 2],
      [3, Symbol()],
    ] as [unknown, unknown][]),
    ".entry(1): a symbol",
  ],
  [new Map([[Symbol(), 1]]), ".key(0): a symbol"],
  [new Set([1, Symbol()]), ".member(1): a symbol"],
  [detached, "reading it failed: Cannot perform Construct on a detached ArrayBuffer"],
  [{ b: detached.buffer }, ".b: reading it failed: Cannot perform Construct on a detached ArrayBuffer"],
  [Object.create(Map.prototype), "reading it failed: "],
  [Object.create(Date.prototype), "reading it failed: "],
];

describe("what cannot travel", () => {
  it.each(refused.map(([value, message]): [string, unknown[]] => [message, [value]]))(
    "%s",
    (message, [value]) => {
      const error = failure(value);
      expect(error.code).toBe("invalid_argument");
      expect(error.message).toContain(message);
    },
  );

  it("leaves the sink as it was", () => {
    const sink = new ByteSink(4);
    encodeValue(sink, "before", limits);
    const { position } = sink;
    expect(() => encodeValue(sink, ["x".repeat(1000), Symbol()], limits)).toThrow(RpcError);
    expect(sink.position).toBe(position);
    expect(Buffer.from(sink.bytes.subarray(1, position)).toString()).toBe("before");
  });

  it("wraps what a getter or a proxy throws, whatever that is, with its place", () => {
    const failing = {
      get price() {
        throw new TypeError("no price yet");
      },
    };
    const error = failure({ quotes: [failing] });
    expect(error.message).toBe(".quotes[0].price: reading it failed: no price yet");
    expect(error.cause).toBeInstanceOf(TypeError);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(failure([proxy]).message).toContain("[0]: reading it failed: ");
    const unspeakable = Object.create(null);
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw unspeakable;
        },
      },
    );
    expect(failure(trap).message).toBe("reading it failed: what was thrown has no text");
  });

  it("takes no word from a proxy about a length", () => {
    const lying = (length: unknown) => {
      return new Proxy([1], { get: (target, key) => (key === "length" ? length : Reflect.get(target, key)) });
    };
    expect(failure(lying(-1)).message).toContain("more than maxNodes 100000 values");
    expect(roundTrip(lying(2 ** 32 + 1.5))).toStrictEqual([1]);
    expect(roundTrip(lying(Number.NaN))).toStrictEqual([]);
    expect(roundTrip(lying("2"))).toStrictEqual([1, undefined]);
  });

  it("tells a value that contains itself from one that is merely deep", () => {
    const self: Record<string, unknown> = {};
    self["self"] = self;
    expect(failure([self]).message).toBe("[0]: a value that contains itself, at .self, cannot travel");
    const order = { lines: [{ order: null as unknown }] };
    order.lines[0]!.order = order;
    expect(failure({ order }).message).toMatch(
      /^\.order.*: a value that contains itself, at .*, cannot travel$/,
    );
    const map = new Map<string, unknown>();
    map.set("me", new Set([map]));
    expect(failure(map).message).toContain("a value that contains itself, at ");
    let deep: unknown = 1;
    for (let depth = 0; depth < 33; depth++) deep = [deep];
    expect(failure(deep).message).toContain(": deeper than maxDepth 32 cannot travel; send it flatter");
    expect(failure(deep, { maxDepth: 1e9, maxNodes: 1e9 })).toBeUndefined();
  });

  it("never goes deeper than the stack allows, whatever the limit says", () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(failure(deep, { maxDepth: 1e9, maxNodes: 1e9 }).message).toContain(
      "deeper than maxDepth 512 cannot travel",
    );
  });

  it("names the limit of values, and keeps to it when parts are shared", () => {
    const message = "more than maxNodes 100000 values cannot travel at once; send them in parts";
    expect(failure(Array(100_000).fill(0)).message).toBe(message);
    expect(encoded(Array(99_999).fill(0)).length).toBe(100_004);
    let shared: unknown = 1;
    for (let depth = 0; depth < 30; depth++) shared = { a: shared, b: shared };
    expect(failure(shared).message).toContain(message);
  });

  it.each([
    ["in Node", encodeValue],
    ["in pages", compact.encodeValue],
  ])("refuses a getter that writes to the same sink, %s", (_, encodeValue) => {
    const sink = new ByteSink(64);
    const value = {
      get total() {
        encodeValue(sink, "another call", limits);
        return 1;
      },
    };
    expect(() => encodeValue(sink, { value }, limits)).toThrow(
      ".value.total: its getter makes a call, which cannot be while it is sent",
    );
    expect(sink.position).toBe(0);
  });

  it("keeps long paths and names short", () => {
    let value: unknown = Symbol();
    for (let depth = 0; depth < 20; depth++) value = { ["k".repeat(1000)]: value };
    expect(failure(value).message.length).toBeLessThan(300);
    const cut = failure({
      ["a".repeat(39) + "\u{1f600}".repeat(9)]: { [`${"\u{20000}".repeat(19)}`]: [[[[[[Symbol()]]]]]] },
    });
    expect(encoded(cut.message).length).toBeGreaterThan(0);
    const gone = {
      get a() {
        throw new Error("\ud800");
      },
    };
    expect(encoded(failure(gone).message).length).toBeGreaterThan(0);
  });
});

function failure(value: unknown, within = limits): RpcError {
  try {
    encoded(value, within);
  } catch (error) {
    expect(RpcError.is(error)).toBe(true);
    return error as RpcError;
  }
  return undefined as unknown as RpcError;
}
