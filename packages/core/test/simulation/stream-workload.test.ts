import { describe, expect, test } from "vitest";
import { runStreamWorkload } from "./stream-workload.js";

describe("streams, callbacks and one-way calls through links and servers that fail", () => {
  const seeds = Number(process.env["RPC_SEEDS"] ?? 40);
  const first = Number(process.env["RPC_SEED"] ?? 1);

  test(`keep every promise in ${seeds} runs from seed ${first}`, async () => {
    const sum = { whole: 0, lost: 0, items: 0, oneways: 0, resumes: 0, resets: 0 };
    for (let seed = first; seed < first + seeds; seed++) {
      const report = await runStreamWorkload({ seed, streams: 60, faults: 10 });
      for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += report[name];
    }
    // A run in which nothing went wrong would show nothing.
    for (const [name, count] of Object.entries(sum)) expect(count, name).toBeGreaterThan(0);
  });

  test("run the same way again from the same seed", async () => {
    const options = { seed: 7, streams: 40, faults: 10 };
    expect(await runStreamWorkload(options)).toEqual(await runStreamWorkload(options));
  });
});
