import { describe, expect, it } from "vitest";
import { MemoryOutcomeStore } from "../../src/server/memory-outcome-store.js";

const starting = (id: string, at: number, windowMs = 100) => ({
  id,
  args: "args",
  epoch: "epoch",
  at,
  until: at + windowMs,
});

describe("a memory outcome store", () => {
  it("remembers a start and an answer until the window is over", () => {
    const store = new MemoryOutcomeStore({ maxOutcomes: 10, outcomeBytes: 10_000, since: 0 });
    expect(store.start(starting("a", 0))).toBeUndefined();
    expect(store.start(starting("a", 50))).toMatchObject({ args: "args", answer: undefined });
    store.finish("a", Uint8Array.of(1), 200);
    expect(store.find("a", 200)).toMatchObject({ answer: Uint8Array.of(1) });
    expect(store.find("a", 201)).toBeUndefined();
    expect(store.start(starting("a", 201))).toBeUndefined();
  });

  it.each([
    ["count", { maxOutcomes: 2, outcomeBytes: 10_000 }],
    ["bytes", { maxOutcomes: 10, outcomeBytes: 400 }],
  ])("refuses at its limit of %s and forgets nothing early", (_title, limits) => {
    const store = new MemoryOutcomeStore({ ...limits, since: 0 });
    store.start(starting("long", 0, 1_000));
    store.start(starting("short", 0, 10));
    expect(() => store.start(starting("c", 5))).toThrow(
      expect.objectContaining({ code: "resource_exhausted", outcome: "not-executed" }),
    );
    expect(store.find("long", 5)).toBeDefined();
    expect(store.start(starting("c", 11))).toBeUndefined();
    expect(store.size).toBe(2);
  });
});
