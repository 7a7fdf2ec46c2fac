import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../src/limits.js";
import { everyFrame } from "../../src/testing/every-frame.js";
import { ByteSink } from "../../src/wire/byte-sink.js";
import { FrameReader } from "../../src/wire/decode-frame.js";
import { encodeFrame, type OutgoingFrame } from "../../src/wire/encode-frame.js";
import { frameTypes } from "../../src/wire/frame.js";
import { encodeValue } from "../../src/wire/values.js";

describe("frames about once calls", () => {
  it("carry a call's key and the bytes of its arguments", () => {
    const target = { service: "Desk", method: "placeOrder" };
    const frame = read({
      type: "call",
      id: 7,
      target,
      timeLeftMs: 5,
      metadata: { a: "b" },
      key: "order 1",
      args: [1, "x"],
    });
    expect(frame).toMatchObject({ type: "call", key: "order 1", args: [1, "x"], metadata: { a: "b" } });
    expect(frame).toHaveProperty("argsBytes", Uint8Array.of(0x92, 1, 0xa1, 0x78));
  });

  it("keep the bytes of the arguments when the transport, whose Buffer they came in, uses it again", () => {
    const sink = new ByteSink(64);
    const target = { service: "Desk", method: "placeOrder" };
    encodeFrame(
      sink,
      { type: "call", id: 7, target, timeLeftMs: 5, key: "k", args: [1, "x"] },
      defaultLimits,
      everyFrame,
    );
    const chunk = Buffer.from(sink.bytes.slice(0, sink.position));
    const frame = new FrameReader(chunk, 0, defaultLimits, everyFrame).next();
    chunk.fill(0xc1);
    expect(frame).toHaveProperty("argsBytes", Uint8Array.of(0x92, 1, 0xa1, 0x78));
  });

  it("carry a question and every answer to it", () => {
    const error = { code: "internal", message: "no", outcome: "executed" } as const;
    const frames: OutgoingFrame[] = [
      { type: "outcomeQuery", id: 1, service: "Desk", method: "placeOrder", key: "order 1" },
      { type: "outcome", id: 1, state: "running" },
      { type: "outcome", id: 2, state: "executed", value: [1] },
      { type: "outcome", id: 3, state: "executed", error },
      { type: "outcome", id: 4, state: "interrupted" },
      { type: "outcome", id: 5, state: "not-found", rememberedForMs: 300_000 },
    ];
    for (const frame of frames) expect(read(frame)).toMatchObject(frame);
  });

  it.each([
    ["a question that is no array", frameTypes.outcomeQuery, "Desk"],
    ["a question that lacks its key", frameTypes.outcomeQuery, ["Desk", "placeOrder"]],
    ["a question whose key is a number", frameTypes.outcomeQuery, ["Desk", "placeOrder", 1]],
    ["an answer with a state that nobody knows", frameTypes.outcome, { state: "perhaps" }],
    ["an answer without a state", frameTypes.outcome, {}],
    ["an answer whose error is text", frameTypes.outcome, { state: "executed", error: "no" }],
    [
      "an answer that remembers for a negative time",
      frameTypes.outcome,
      { state: "not-found", rememberedForMs: -1 },
    ],
  ])("are refused as malformed: %s", (_title, type, body) => {
    const sink = new ByteSink(64);
    sink.view.setUint8(0, type);
    sink.position = 9;
    encodeValue(sink, body, defaultLimits);
    sink.view.setUint32(1, sink.position - 5);
    expect(() => decode(sink)).toThrow(
      expect.objectContaining({ constructor: expect.objectContaining({ name: "ProtocolError" }) }),
    );
  });
});

function read(frame: OutgoingFrame): unknown {
  const sink = new ByteSink(64);
  encodeFrame(sink, frame, defaultLimits, everyFrame);
  return decode(sink);
}

function decode(sink: ByteSink): unknown {
  const bytes = sink.bytes.slice(0, sink.position);
  return new FrameReader(bytes, 0, defaultLimits, everyFrame).next();
}
