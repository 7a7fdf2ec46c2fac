import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../src/limits.js";
import { everyFrame } from "../../src/testing/every-frame.js";
import { ByteSink } from "../../src/wire/byte-sink.js";
import { type EncodedRow, encodeFrame } from "../../src/wire/encode-frame.js";
import { RowBlock } from "../../src/wire/row-block.js";

const row = (seq: number, value: unknown) => ["STOCK.A", seq, seq, 1_700_000_000_000, null, value];

function framed(rows: readonly EncodedRow[]): Uint8Array {
  const sink = new ByteSink(16);
  encodeFrame(sink, { type: "events", id: 1, kind: "live", rows }, defaultLimits, everyFrame);
  return sink.bytes.slice(0, sink.position);
}

describe("a block of rows", () => {
  it.each(["queue", "history"] as const)(
    "gives a %s rows that later ones do not touch, and frames the same as of rows apart",
    (kept) => {
      const block = new RowBlock(kept, defaultLimits);
      const values = Array.from({ length: 500 }, (_, index) =>
        index % 50 === 7 ? "x".repeat(3_000) : { index },
      );
      const rows = values.map((value, index) => block.encode(row(index, value)));
      const apart = values.map((value, index) =>
        new RowBlock("alone", defaultLimits).encode(row(index, value)),
      );
      expect(framed(rows)).toEqual(framed(apart));
      // Every other one: no two of them lie back to back.
      const thinned = (all: EncodedRow[]) => framed(all.filter((_, index) => index % 2 === 0));
      expect(thinned(rows)).toEqual(thinned(apart));
    },
  );

  it.each([
    ["queue", 2_048],
    ["history", 16_384],
  ] as const)("of a %s keeps at most %i bytes alive by one row", (kept, most) => {
    const block = new RowBlock(kept, defaultLimits);
    for (let seq = 0; seq < 500; seq++) {
      const { bytes, length } = block.encode(row(seq, "x".repeat((seq * 97) % 5_000)));
      expect(bytes.buffer.byteLength).toBeLessThanOrEqual(Math.max(most, length));
    }
  });

  it("keeps nothing alive but the row where rows are kept one by one", () => {
    const block = new RowBlock("alone", defaultLimits);
    for (let seq = 0; seq < 200; seq++) {
      const { bytes, length } = block.encode(row(seq, "x".repeat((seq * 97) % 5_000)));
      expect(bytes.buffer.byteLength).toBe(length);
    }
  });

  it("holds a row as a whole to the limits, whatever its topic is", () => {
    const limits = { maxDepth: 2, maxNodes: 9 };
    const block = new RowBlock("queue", limits);
    for (const topic of ["STOCK.A", "stock-ä", "x".repeat(40)]) {
      const encode = (value: unknown) => () => block.encode([topic, 1, 1, 0, null, value]);
      expect(encode([1, 2])).not.toThrow();
      expect(encode([1, 2, 3])).toThrow("[5]: more than maxNodes 9 values cannot travel at once");
      expect(encode([[1]])).toThrow("[5][0]: deeper than maxDepth 2 cannot travel");
    }
  });

  it("goes on after a value that cannot travel", () => {
    const block = new RowBlock("queue", defaultLimits);
    const first = block.encode(row(1, "a"));
    expect(() => block.encode(row(2, () => {}))).toThrow(
      expect.objectContaining({ code: "invalid_argument" }),
    );
    expect(framed([first, block.encode(row(2, "b"))])).toHaveLength(framed([first]).length + first.length);
  });
});
