import { describe, expect, it } from "vitest";
import { BodyReader } from "../../src/wire/body-reader.js";
import { ByteSink } from "../../src/wire/byte-sink.js";
import { ProtocolError } from "../../src/wire/protocol-error.js";
import { readEvents } from "../../src/wire/read-events.js";
import { encodeValue } from "../../src/wire/values.js";

const generous = { maxDepth: 32, maxNodes: 1_000 };

function body(...rows: readonly unknown[]): Uint8Array {
  const sink = new ByteSink(256);
  sink.bytes.set([0, 0, 0, 7, 0, 0, rows.length]);
  sink.position = 7;
  for (const row of rows) encodeValue(sink, row, generous);
  return sink.bytes.slice(0, sink.position);
}

const read = (bytes: Uint8Array, limits = generous) =>
  readEvents(new BodyReader(bytes, 0, limits, undefined)).rows;
const row = (value: unknown, topic: unknown = "a") => [topic, 1, 2, 1_700_000_000_000.5, null, value];

// What is read value by value, and what is left to the general way: a Date is not plain, nor a text that is no ASCII.
const values = [
  ["plain", (value: unknown) => row(value)],
  ["not plain", (value: unknown) => row([value, new Date(0)])],
] as const;

describe.each(values)("rows whose value is %s", (kind, create) => {
  it("come back with their bytes, one after the other", () => {
    const first = create({ x: [1, "ä", null] });
    const second = create(true);
    const bytes = [first, second].map((each) => body(each).length - 7);
    const common = { topic: "a", seq: 1, position: 2, at: 1_700_000_000_000.5, callId: undefined };
    expect(read(body(first, second))).toEqual([
      { ...common, value: first[5], bytes: bytes[0] },
      { ...common, value: second[5], bytes: bytes[1] },
    ]);
  });

  it("are held to the limits as a whole", () => {
    const bytes = body(create([1, 2]));
    const [depth, nodes] = kind === "plain" ? [2, 9] : [3, 11];
    expect(read(bytes, { maxDepth: depth, maxNodes: nodes })).toHaveLength(1);
    expect(() => read(bytes, { maxDepth: depth - 1, maxNodes: nodes })).toThrow(
      /^nests deeper than maxDepth/,
    );
    expect(() => read(bytes, { maxDepth: depth, maxNodes: nodes - 1 })).toThrow(/^more than maxNodes/);
  });

  it("are refused cut short anywhere", () => {
    const bytes = body(create({ x: 1.5 }));
    for (let end = 7; end < bytes.length; end++)
      expect(() => read(bytes.subarray(0, end))).toThrow(ProtocolError);
  });
});

it.each([
  ["a topic that is none", [1, 1, 1, 0, null, 0]],
  ["a negative number", ["a", -1, 1, 0, null, 0]],
  ["a position that is no whole number", ["a", 1, 1.5, 0, null, 0]],
  ["a time that is none", ["a", 1, 1, "0", null, 0]],
  ["a call that is none", ["a", 1, 1, 0, "1", 0]],
  ["too few fields", ["a", 1, 1, 0, null]],
  ["too many", ["a", 1, 1, 0, null, 0, 0]],
])("refuses a row with %s", (_, malformed) => {
  expect(() => read(body(malformed))).toThrow("malformed event");
});
