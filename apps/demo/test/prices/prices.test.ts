import { describe, expect, it } from "vitest";
import { Prices } from "../../src/prices/prices.js";
import { day, tick } from "../ticks.js";

describe("Prices", () => {
  it("are days in order, each with its ticks", () => {
    const prices = new Prices([tick("IBM", 2, 10), tick("AAPL", 1, 20), tick("AAPL", 2, 21)]);
    expect(prices.days).toEqual([
      { day: day(1), ticks: [tick("AAPL", 1, 20)] },
      { day: day(2), ticks: [tick("IBM", 2, 10), tick("AAPL", 2, 21)] },
    ]);
  });

  it("give the history of one symbol, both ends included", () => {
    const prices = new Prices([tick("IBM", 2, 1), ...[1, 2, 3, 4].map((at) => tick("AAPL", at, at))]);
    expect(prices.history("AAPL", day(2), day(3))).toEqual([tick("AAPL", 2, 2), tick("AAPL", 3, 3)]);
    expect(prices.history("ACME", day(1), day(4))).toEqual([]);
  });
});
