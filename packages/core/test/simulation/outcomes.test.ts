import { describe, expect, test } from "vitest";
import { runOutcomeWorkload } from "./outcome-workload.js";
import { runRollingRestarts } from "./rolling-restarts.js";

const seeds = Number(process.env["RPC_SEEDS"] ?? 40);
const first = Number(process.env["RPC_SEED"] ?? 1);

describe("once methods and idempotent calls through links and servers that fail", () => {
  test.each([
    ["outlives the server", true],
    ["dies with the server", false],
  ])("hold what they promise when the store %s", async (_title, durable) => {
    const sum = { answered: 0, replayed: 0, interrupted: 0, looksAgain: 0 };
    for (let seed = first; seed < first + seeds; seed++) {
      const report = await runOutcomeWorkload({ seed, intents: 120, faults: 8, durable });
      for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += report[name];
    }
    // A run in which nothing went wrong would show nothing.
    expect(sum.answered).toBeGreaterThan(0);
    expect(sum.looksAgain).toBeGreaterThan(0);
    if (durable) expect(sum.interrupted + sum.replayed).toBeGreaterThan(0);
  });
});

describe("rolling restarts of two servers behind a client with two URLs", () => {
  test("fail no idempotent call, and leave none unknown", async () => {
    for (let seed = first; seed < first + 5; seed++) {
      const report = await runRollingRestarts({ seed, restarts: 10 });
      expect(report.failed).toEqual([]);
      expect(report.unknown).toBe(0);
      expect(report.restarts).toBe(10);
      expect(report.succeeded).toBeGreaterThan(100);
    }
  });
});
