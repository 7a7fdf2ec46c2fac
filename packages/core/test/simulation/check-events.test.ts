import type { EventItem } from "@rpc/core";
import { checkEvents } from "@rpc/core/testing";
import { describe, expect, it } from "vitest";

function live(seq: number, topic = "a"): EventItem<number> {
  return { kind: "live", topic, seq, position: seq, at: 0, value: seq };
}

function gap(from: number, to: number | null, topic = "a"): EventItem<number> {
  return { kind: "gap", topic, from, to, reason: to === null ? "epoch-changed" : "slow-consumer" };
}

describe("checkEvents", () => {
  it.each([
    ["each event once", [live(1), live(2)], { a: 2 }],
    ["topics among each other", [live(1), live(1, "b"), live(2)], { a: 2, b: 1 }],
    ["events or gaps", [live(1), gap(2, 4), live(5)], { a: 5 }],
    ["a new start of the server behind a gap without an end", [live(1), gap(2, null), live(1)], { a: 1 }],
  ])("takes %s", (_title, items, published) => {
    checkEvents(items, new Map(Object.entries(published)));
  });

  it.each([
    ["a hole", [live(1), live(3)], { a: 3 }, "event a 3 came, 2 was expected"],
    ["a hole at the start", [live(2)], { a: 2 }, "event a 2 came, 1 was expected"],
    ["an event twice", [live(1), live(1)], { a: 1 }, "event a 1 came, 2 was expected"],
    ["an event that was told as a gap", [gap(1, 2), live(2)], { a: 2 }, "event a 2 came, 3 was expected"],
    ["an end that is missing", [live(1)], { a: 2 }, "of a 2 were published, the subscriber is at 1"],
    ["a topic that never came", [], { a: 1 }, "of a 1 were published, the subscriber is at 0"],
  ])("refuses %s", (_title, items, published, message) => {
    expect(() => checkEvents(items, new Map(Object.entries(published)))).toThrow(message);
  });
});
