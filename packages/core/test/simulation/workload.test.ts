import { runWorkload, type Safety } from "@rpc/core/testing";
import { describe, expect, test } from "vitest";

describe("calls and events through links and servers that fail", () => {
  const seeds = Number(process.env["RPC_SEEDS"] ?? 40);
  const first = Number(process.env["RPC_SEED"] ?? 1);

  test(`keep every promise in ${seeds} runs from seed ${first}`, async () => {
    const sum = { succeeded: 0, resumes: 0, resets: 0 };
    for (let seed = first; seed < first + seeds; seed++) {
      const { succeeded, resumes, resets } = await runWorkload({ seed, calls: 300, faults: 10 });
      sum.succeeded += succeeded;
      sum.resumes += resumes;
      sum.resets += resets;
    }
    // A run in which nothing went wrong would show nothing.
    expect(sum.succeeded).toBeGreaterThan(0);
    expect(sum.resumes).toBeGreaterThan(0);
    expect(sum.resets).toBeGreaterThan(0);
  });

  test.each<Safety>(["duplicate-check", "acknowledgement", "gap-check", "credit", "drain"])(
    "do not keep them without the %s",
    async (without) => {
      const runs = async () => {
        for (let seed = 1; seed <= 50; seed++) await runWorkload({ seed, calls: 300, faults: 10, without });
      };
      await expect(runs()).rejects.toThrow(/^seed \d+ at /);
    },
  );

  test("run the same way again from the same seed", async () => {
    const options = { seed: 7, calls: 200, faults: 10 };
    expect(await runWorkload(options)).toEqual(await runWorkload(options));
  });
});
