import { describe, expect, it } from "vitest";
import { RpcError } from "../../src/errors.js";
import { defaultLimits } from "../../src/limits.js";
import { toPeerLimits } from "../../src/session/handshake.js";
import { everyFrame } from "../../src/testing/every-frame.js";
import { ByteSink } from "../../src/wire/byte-sink.js";
import { FrameReader } from "../../src/wire/decode-frame.js";
import { encodeFrame, frameHeadBytes, type OutgoingFrame } from "../../src/wire/encode-frame.js";
import { fromErrorBody, toErrorBody } from "../../src/wire/error-frame.js";
import { type Frame, frameTypes } from "../../src/wire/frame.js";
import { ProtocolError } from "../../src/wire/protocol-error.js";
import { RowBlock } from "../../src/wire/row-block.js";

function encoded(...frames: OutgoingFrame[]): Uint8Array {
  const sink = new ByteSink(16);
  for (const frame of frames) encodeFrame(sink, frame, defaultLimits, everyFrame);
  return sink.bytes.slice(0, sink.position);
}

function decoded(bytes: Uint8Array): Frame[] {
  const reader = new FrameReader(bytes, 0, defaultLimits, everyFrame);
  const frames: Frame[] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
  return frames;
}

const limits = toPeerLimits(defaultLimits);
const error = { code: "not_found", message: "none", outcome: "executed" } as const;
const full = {
  ...error,
  details: { a: 1 },
  retryAfterMs: 5,
  errorId: "e",
  name: "Missing",
  fields: { id: 7 },
} as const;

const subscribe = {
  type: "subscribe",
  id: 1,
  service: "Desk",
  event: "ticks",
  prefix: "STOCK.",
  creditItems: 10,
  creditBytes: 2 ** 32 - 1,
} as const;

const frames: Exclude<Frame, { type: "events" | "items" }>[] = [
  {
    type: "hello",
    protocol: 1,
    sessionId: new Uint8Array(16).fill(1),
    received: 2 ** 32 - 1,
    limits,
    features: ["a"],
    credentials: { user: "Alex" },
  },
  {
    type: "hello",
    protocol: 1,
    sessionId: new Uint8Array(16),
    token: new Uint8Array(16).fill(2),
    received: 0,
    limits,
    features: [],
  },
  {
    type: "welcome",
    protocol: 1,
    epoch: "e",
    resumed: true,
    token: new Uint8Array(16),
    received: 3,
    limits,
    features: [],
    validMs: 60_000,
  },
  { type: "refresh", credentials: { user: "Alex" } },
  { type: "refreshed" },
  { type: "refreshed", validMs: 0 },
  { type: "refreshed", error: full },
  { type: "close", ...full },
  { type: "ping", answer: false },
  { type: "ping", answer: true },
  { type: "goaway", graceMs: 5000 },
  { type: "use", ref: 3, service: "Person", hash: "sha256-x" },
  { type: "used", ref: 3, equal: true },
  { type: "contract", ref: 3, contract: "{}" },
  {
    type: "call",
    id: 2 ** 32 - 1,
    target: { service: "Person", method: "changeName" },
    timeLeftMs: 10_000,
    args: ["Alex", undefined, null],
  },
  {
    type: "call",
    id: 1,
    target: { ref: 65_535, member: 65_535 },
    timeLeftMs: Number.POSITIVE_INFINITY,
    metadata: { trace: "1" },
    args: [],
  },
  { type: "reply", id: 1, value: { deep: [1, { x: new Date(5) }] } },
  { type: "error", id: 1, ...error },
  { type: "error", id: 1, ...full },
  { type: "cancel", id: 9 },
  {
    type: "call",
    id: 2,
    target: { service: "Desk", method: "placeOrder" },
    timeLeftMs: 1,
    metadata: { trace: "1" },
    key: "order 1",
    args: [1, "x"],
  },
  { type: "outcomeQuery", id: 3, service: "Desk", method: "placeOrder", key: "order 1" },
  { type: "outcome", id: 3, state: "running" },
  { type: "outcome", id: 3, state: "executed", value: { deep: [1] } },
  { type: "outcome", id: 3, state: "executed", error: full },
  { type: "outcome", id: 3, state: "interrupted" },
  { type: "outcome", id: 3, state: "not-found", rememberedForMs: 300_000 },
  subscribe,
  { ...subscribe, from: "oldest" },
  { ...subscribe, from: 2 ** 40 },
  { type: "subscribed", id: 1, position: 2 ** 40, mode: "signal" },
  { type: "subscribed", id: 1, position: 0, mode: "latest" },
  { type: "subscribed", id: 1, position: 0, mode: "log" },
  { type: "subscribed", id: 1, position: 0, mode: "table", cadenceMs: 0.5 },
  { ...subscribe, maxRate: 0.5 },
  { type: "mark", id: 1, position: 2 ** 40 },
  { type: "unsubscribe", id: 1 },
  { type: "unsubscribed", id: 1, ...error },
  { type: "gap", id: 1, topic: "a", from: 1, to: null, reason: "epoch-changed" },
  { type: "gap", id: 1, topic: "a", from: 1, to: 2, reason: "slow-consumer" },
  { type: "subscriptionCredit", id: 1, items: 5, bytes: 500 },
  {
    type: "call",
    id: 70_000,
    timeLeftMs: Infinity,
    target: { ref: 1, member: 2 },
    extras: {
      oneway: false,
      credit: { items: 512, bytes: 2 ** 18 },
      passed: [
        { index: 0, kind: "stream", id: 0 },
        { index: 2, kind: "callback", id: 9 },
      ],
    },
    args: [null, 1, null],
  },
  { type: "end", id: 1, stream: 0, error: full },
  { type: "credit", id: 1, stream: 255, items: 2 ** 32 - 1, bytes: 0 },
  { type: "callback", id: 1, timeLeftMs: 100, callback: 2 ** 32 - 1, args: ["a"] },
  { type: "release", callback: 7 },
];

describe("frames", () => {
  it.each(frames)("come back as they went: $type", (frame) => {
    expect(decoded(encoded(frame))).toMatchObject([frame]);
  });

  it("come back in order from one packet", () => {
    expect(decoded(encoded(...frames))).toMatchObject(frames);
  });

  it("begin with their type and the length of their body", () => {
    expect([...encoded({ type: "cancel", id: 258 })]).toEqual([0x15, 0, 0, 0, 4, 0, 0, 1, 2]);
  });

  it("carry events that were encoded once", () => {
    const block = new RowBlock("queue", defaultLimits);
    const rows = [block.encode(["a", 1, 5, 1000, null, { x: 1 }]), block.encode(["b", 2, 6, 1001, 77, "y"])];
    expect(decoded(encoded({ type: "events", id: 3, kind: "live", rows }))).toEqual([
      {
        type: "events",
        id: 3,
        kind: "live",
        rows: [
          {
            topic: "a",
            seq: 1,
            position: 5,
            at: 1000,
            callId: undefined,
            value: { x: 1 },
            bytes: rows[0]!.length,
          },
          { topic: "b", seq: 2, position: 6, at: 1001, callId: 77, value: "y", bytes: rows[1]!.length },
        ],
      },
    ]);
  });

  it("round the time left up, to at least nothing and at most none", () => {
    const timeLeft = (timeLeftMs: number) => {
      const [frame] = decoded(
        encoded({ type: "call", id: 1, target: { ref: 0, member: 0 }, timeLeftMs, args: [] }),
      );
      return frame?.type === "call" && frame.timeLeftMs;
    };
    expect([0.2, -5, 2 ** 33, 4000].map(timeLeft)).toEqual([1, 0, Number.POSITIVE_INFINITY, 4000]);
  });

  it("leave the sink as it was when a value cannot travel", () => {
    const sink = new ByteSink(16);
    encodeFrame(sink, { type: "cancel", id: 1 }, defaultLimits, everyFrame);
    const before = sink.bytes.slice(0, sink.position);
    expect(() =>
      encodeFrame(sink, { type: "reply", id: 1, value: [1, Symbol("no")] }, defaultLimits, everyFrame),
    ).toThrow(RpcError);
    expect(sink.bytes.slice(0, sink.position)).toEqual(before);
  });

  it("are refused at every cut, never read past their end", () => {
    for (const frame of frames) {
      const whole = encoded(frame);
      for (let end = 1; end < whole.length; end++)
        expect(() => decoded(whole.subarray(0, end))).toThrow(ProtocolError);
      // The same with a length that claims to be the cut one.
      for (let end = frameHeadBytes; end < whole.length; end++) {
        const cut = whole.slice(0, end);
        new DataView(cut.buffer).setUint32(1, end - frameHeadBytes);
        expect(() => decoded(cut), `${frame.type} cut at ${end}`).toThrow(ProtocolError);
      }
    }
  });

  it("of every type that this version does not know are refused", () => {
    const sent = new Set<string>([...frames.map(({ type }) => type), "events", "items"]);
    const known = new Map<number, string>(Object.entries(frameTypes).map(([type, number]) => [number, type]));
    for (let number = 0; number < 256; number++) {
      const type = known.get(number);
      if (type === undefined || !sent.has(type))
        expect(() => decoded(Uint8Array.of(number, 0, 0, 0, 0))).toThrow(/^unexpected frame 0x/);
    }
    expect([...known.values()].filter((type) => !sent.has(type))).toEqual([]);
  });

  it.each<[string, OutgoingFrame, RegExp]>([
    [
      "an error code that does not exist",
      { type: "error", id: 1, ...error, code: "teapot" as never },
      /^error with the unknown code "teapot"$/,
    ],
    [
      "an outcome that does not exist",
      { type: "error", id: 1, ...error, outcome: "maybe" as never },
      /^error with the unknown outcome "maybe"$/,
    ],
    [
      "fields that are no map",
      { type: "error", id: 1, ...error, fields: [1] as never },
      /^error.fields: expected a map$/,
    ],
    [
      "a negative delay",
      { type: "error", id: 1, ...error, retryAfterMs: -1 },
      /^error.retryAfterMs: expected a count/,
    ],
    [
      "a gap of an unknown reason",
      { type: "gap", id: 1, topic: "a", from: 1, to: 2, reason: "because" as never },
      /^malformed gap$/,
    ],
    [
      "a gap from nowhere",
      { type: "gap", id: 1, topic: "a", from: -1, to: 2, reason: "transport" },
      /^malformed gap$/,
    ],
    [
      "a mode that does not exist",
      { type: "subscribed", id: 1, position: 0, mode: "stream" as never },
      /^subscribed: unknown mode "stream"$/,
    ],
    [
      "a beginning that is none",
      { ...subscribe, from: "newest" as never },
      /^subscribe.from: expected a count/,
    ],
    ["a mark of nowhere", { type: "mark", id: 1, position: -1 }, /^mark.position: expected a count/],
    [
      "a removed key that is no string",
      {
        type: "events",
        id: 1,
        kind: "removed",
        rows: [new RowBlock("alone", defaultLimits).encode(["a", 1, 1, 0, null, 7])],
      },
      /^malformed event: a removed key is no string$/,
    ],
    [
      "a row that is none",
      { type: "events", id: 1, kind: "live", rows: [{ bytes: Uint8Array.of(0x90), start: 0, length: 1 }] },
      /^malformed event$/,
    ],
    [
      "an outcome's state that does not exist",
      { type: "outcome", id: 1, state: "perhaps" as never },
      /^outcome with an unknown state$/,
    ],
    [
      "a question without its key",
      { type: "outcomeQuery", id: 1, service: "Desk", method: "placeOrder", key: undefined as never },
      /^malformed outcome query$/,
    ],
    [
      "features that are no strings",
      { ...(frames[1] as OutgoingFrame & { type: "hello" }), features: [1] as never },
      /^hello.features: expected a list of strings/,
    ],
  ])("are refused with %s", (_, frame, message) => {
    expect(() => decoded(encoded(frame))).toThrow(message);
    expect(() => decoded(encoded(frame))).toThrow(ProtocolError);
  });
});

describe("errors on the wire", () => {
  it("come back with all they said", () => {
    const sent = new RpcError("unavailable", "busy", {
      outcome: "not-executed",
      details: [1],
      retryAfterMs: 10,
      errorId: "e",
    });
    const back = fromErrorBody(toErrorBody(sent));
    expect(back).toBeInstanceOf(RpcError);
    expect({ ...back, message: back.message }).toEqual({ ...sent, message: sent.message });
  });

  it("leave out what was not said", () => {
    expect(Object.keys(fromErrorBody(error))).not.toContain("retryAfterMs");
    expect("details" in fromErrorBody(error)).toBe(false);
  });

  it("that were declared come back with name and fields, as their class where it is known", () => {
    class Missing extends RpcError {
      constructor(readonly init: unknown) {
        super("not_found", "made");
      }
    }
    expect(fromErrorBody(full, { Missing })).toBeInstanceOf(Missing);
    expect(fromErrorBody(full)).toMatchObject({
      name: "Missing",
      id: 7,
      code: "not_found",
      details: { a: 1 },
    });
    expect(fromErrorBody({ ...full, name: "constructor" }, {})).toMatchObject({ name: "constructor", id: 7 });
  });

  it("do not let fields replace what every error has", () => {
    const back = fromErrorBody({
      ...full,
      fields: { code: "ok", message: "x", stack: "x", toString: 1, mine: 2 },
    });
    expect(back).toMatchObject({ code: "not_found", message: "none", mine: 2 });
    expect(typeof back.toString).toBe("function");
  });
});
