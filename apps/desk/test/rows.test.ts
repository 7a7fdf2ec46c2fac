import type { EventItem } from "@rpc/core/browser";
import { expect, it } from "vitest";
import { KeyedRows } from "../page/keyed-rows.js";
import { Sequence } from "../page/sequence.js";

const place = (seq: number) => ({ topic: "IBM", seq, position: seq, at: 0 });
const change = (kind: "live" | "snapshot", seq: number, value: string): EventItem<string> => ({
  kind,
  ...place(seq),
  value,
});

it("puts a snapshot in the place of all rows at its mark, and not before", () => {
  const rows = new KeyedRows<string>((value) => value[0] ?? "");
  for (const item of [
    change("snapshot", 1, "a1"),
    change("snapshot", 2, "b1"),
    { kind: "mark", position: 2 } as const,
  ])
    rows.take(item);
  rows.take(change("live", 3, "a2"));
  expect(rows.values).toEqual(["a2", "b1"]);
  rows.take(change("snapshot", 4, "c1"));
  expect(rows.values).toEqual(["a2", "b1"]);
  rows.take({ kind: "mark", position: 4 });
  expect(rows.values).toEqual(["c1"]);
  rows.take({ kind: "removed", ...place(5), key: "c" });
  expect(rows.values).toEqual([]);
});

it("counts what was passed over, but not what a gap tells or a restart begins anew", () => {
  const sequence = new Sequence();
  const gap = (from: number, to: number | null): EventItem<string> => ({
    kind: "gap",
    topic: "IBM",
    from,
    to,
    reason: "epoch-changed",
  });
  for (const item of [change("live", 5, ""), change("live", 8, ""), gap(9, 10), change("live", 11, "")])
    sequence.take(item);
  expect([sequence.received, sequence.skipped]).toEqual([3, 2]);
  for (const item of [gap(12, null), change("live", 1, ""), change("live", 2, "")]) sequence.take(item);
  expect([sequence.received, sequence.skipped]).toEqual([5, 2]);
});
