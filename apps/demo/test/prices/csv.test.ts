import { expect, it } from "vitest";
import { parseCsv } from "../../src/prices/csv.js";

it("reads lines by their columns, whatever the line ends", () => {
  const rows = parseCsv("x.csv", "a,b\r\n1,2\n3,4", ["a", "b"]);
  expect(rows).toEqual([
    { a: "1", b: "2" },
    { a: "3", b: "4" },
  ]);
});

it("refuses other columns", () => {
  expect(() => parseCsv("x.csv", "a,c\n1,2", ["a", "b"])).toThrow(
    "x.csv:1: expected the columns a,b, got a,c",
  );
  expect(() => parseCsv("x.csv", "", ["a"])).toThrow("x.csv:1: expected the columns a, got ");
});

it("names the line that is short", () => {
  expect(() => parseCsv("x.csv", "a,b\n1,2\n3", ["a", "b"])).toThrow("x.csv:3: expected 2 values, got 1");
});
