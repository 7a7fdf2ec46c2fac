import { describe, expect, it } from "vitest";
import { Histogram } from "../../src/server/histogram.js";
import { SeededRandom } from "../../src/testing/seeded-random.js";

describe("a histogram", () => {
  it("tells quantiles within an eighth of the truth, and never above the longest", () => {
    const random = new SeededRandom(7);
    const histogram = new Histogram();
    const times = Array.from({ length: 5_000 }, () => 0.002 + random.fraction() ** 6 * 30_000);
    for (const ms of times) histogram.add(ms);
    times.sort((one, other) => one - other);
    for (const part of [0.01, 0.5, 0.9, 0.99, 1]) {
      const truth = times[Math.ceil(times.length * part) - 1]!;
      expect(histogram.quantileMs(part)).toBeGreaterThanOrEqual(truth * 0.999);
      expect(histogram.quantileMs(part)).toBeLessThanOrEqual(truth * 1.126);
    }
    expect(histogram.maxMs).toBe(times.at(-1));
  });

  it("takes what no clock should give", () => {
    const histogram = new Histogram();
    expect(histogram.quantileMs(0.99)).toBe(0);
    for (const ms of [0, -1, Number.NaN, Infinity, 1e300]) histogram.add(ms);
    expect(histogram.count).toBe(5);
    expect(histogram.quantileMs(0)).toBe(0);
  });
});
