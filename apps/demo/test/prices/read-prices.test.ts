import { describe, expect, it } from "vitest";
import { parseIndex, parseShares, readPrices } from "../../src/prices/read-prices.js";

describe("the real prices", () => {
  const prices = readPrices();
  const everything = (symbol: string) => prices.history(symbol, new Date(0), new Date("2030-01-01"));

  it("hold the index by day, with its bars", () => {
    const index = everything("SPX");
    expect(index).toHaveLength(5_105);
    expect(index[0]).toEqual({
      symbol: "SPX",
      day: new Date("2000-01-03"),
      price: 1455.219971,
      bar: { open: 1469.25, high: 1478, low: 1438.359985, volume: 931_800_000n },
    });
  });

  it.each([
    ["AAPL", 123],
    ["AMZN", 123],
    ["GOOG", 68],
    ["IBM", 123],
    ["MSFT", 123],
  ])("hold %s by month", (symbol, months) => {
    expect(everything(symbol)).toHaveLength(months);
    expect(everything(symbol).every(({ price }) => price > 0)).toBe(true);
  });

  it("follow each other day by day", () => {
    const times = prices.days.map(({ day }) => day.getTime());
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(new Set(times).size).toBe(times.length);
  });
});

describe("prices that make no sense", () => {
  const bars = "date,open,high,low,close,adjclose,volume";

  it.each([
    ["2000-01-03,1,1,1,0,1,1", "bars.csv:2: expected a price, got 0"],
    ["2000-01-03,1,x,1,1,1,1", "bars.csv:2: expected a price, got x"],
    ["2000-13-03,1,1,1,1,1,1", "bars.csv:2: expected a date, got 2000-13-03"],
    ["2000-01-03,1,1,1,1,1,1.5", "bars.csv:2: expected a volume, got 1.5"],
  ])("are refused in the index: %s", (line, message) => {
    expect(() => parseIndex("bars.csv", `${bars}\n${line}`)).toThrow(message);
  });

  it.each([
    ["AAPL,Jan 1 2000,-1", "shares.csv:2: expected a price, got -1"],
    ["AAPL,Jun 1,5", "shares.csv:2: expected a date, got -06-01"],
    ["AAPL,Foo 1 2000,5", "shares.csv:2: expected a date, got 2000-00-01"],
  ])("are refused in the shares: %s", (line, message) => {
    expect(() => parseShares("shares.csv", `symbol,date,price\n${line}`)).toThrow(message);
  });
});
