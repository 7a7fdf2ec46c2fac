import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../src/limits.js";
import { ByteSink } from "../../src/wire/byte-sink.js";
import { encodeFrame } from "../../src/wire/encode-frame.js";
import { RowBlock } from "../../src/wire/row-block.js";

const row = (seq: number, value: unknown) => ["STOCK.A", seq, seq, 1_700_000_000_000, null, value];

function framed(rows: readonly Uint8Array[]): Uint8Array {
  const sink = new ByteSink(16);
  encodeFrame(sink, { type: "events", id: 1, kind: "live", rows }, defaultLimits);
  return sink.bytes.slice(0, sink.position);
}

describe("a block of rows", () => {
  it("gives rows that later ones do not touch, and frames the same as of rows apart", () => {
    const block = new RowBlock(false);
    const values = Array.from({ length: 500 }, (_, index) =>
      index % 50 === 7 ? "x".repeat(3_000) : { index },
    );
    const rows = values.map((value, index) => block.encode(row(index, value), defaultLimits));
    const apart = values.map((value, index) => new RowBlock(true).encode(row(index, value), defaultLimits));
    expect(framed(rows)).toEqual(framed(apart));
    // Every other one: no two of them lie back to back.
    const thinned = (all: Uint8Array[]) => framed(all.filter((_, index) => index % 2 === 0));
    expect(thinned(rows)).toEqual(thinned(apart));
  });

  it("keeps at most 2 KiB alive by one row, and nothing but the row where rows are kept one by one", () => {
    const shared = new RowBlock(false);
    const alone = new RowBlock(true);
    for (let seq = 0; seq < 200; seq++) {
      expect(shared.encode(row(seq, { seq }), defaultLimits).buffer.byteLength).toBeLessThanOrEqual(2048);
      const kept = alone.encode(row(seq, { seq }), defaultLimits);
      expect(kept.buffer.byteLength).toBe(kept.length);
    }
  });

  it("goes on after a value that cannot travel", () => {
    const block = new RowBlock(false);
    const first = block.encode(row(1, "a"), defaultLimits);
    expect(() =>
      block.encode(
        row(2, () => {}),
        defaultLimits,
      ),
    ).toThrow(expect.objectContaining({ code: "invalid_argument" }));
    expect(framed([first, block.encode(row(2, "b"), defaultLimits)])).toHaveLength(
      framed([first]).length + first.length,
    );
  });
});
