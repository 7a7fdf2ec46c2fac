import { VirtualClock } from "@rpc/core/testing";
import { describe, expect, it } from "vitest";
import { RetryBudget } from "../../src/client/retry-budget.js";

describe("a retry budget", () => {
  it("has ten at the start and a fifth of the calls made", () => {
    const budget = new RetryBudget(new VirtualClock());
    for (let call = 0; call < 100; call++) budget.called();
    expect(takeAll(budget)).toBe(30);
  });

  it("earns ten a second", async () => {
    const clock = new VirtualClock();
    const budget = new RetryBudget(clock);
    takeAll(budget);
    clock.timer(1_000, () => {});
    await clock.step();
    expect(takeAll(budget)).toBe(10);
  });

  it("saves no more than a bound", () => {
    const budget = new RetryBudget(new VirtualClock());
    for (let call = 0; call < 1_000_000; call++) budget.called();
    expect(takeAll(budget)).toBe(1024);
  });
});

function takeAll(budget: RetryBudget): number {
  let taken = 0;
  while (budget.take()) taken += 1;
  return taken;
}
