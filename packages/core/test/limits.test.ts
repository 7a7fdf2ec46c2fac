import { describe, expect, it } from "vitest";
import { checkLimits, defaultLimits, type Limits } from "../src/limits.js";

describe("checkLimits", () => {
  it("gives the defaults, with what was given over them", () => {
    expect(checkLimits()).toEqual(defaultLimits);
    expect(checkLimits({ maxDepth: 5 })).toEqual({ ...defaultLimits, maxDepth: 5 });
  });

  it("refuses a name nobody knows, inherited ones too", () => {
    expect(() => checkLimits({ maxDepht: 5 } as Partial<Limits>)).toThrow(
      /^unknown limit maxDepht; known are maxPacketBytes, /,
    );
    expect(() => checkLimits({ toString: 5 } as unknown as Partial<Limits>)).toThrow(
      /^unknown limit toString/,
    );
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses %s", (value) => {
    expect(() => checkLimits({ maxDepth: value as number })).toThrow(
      new TypeError(`limit maxDepth must be a whole number of at least 1, got ${value}`),
    );
  });

  it("tells a number from a text that looks like one", () => {
    expect(() => checkLimits({ maxDepth: "5" as unknown as number })).toThrow(
      new TypeError('limit maxDepth must be a whole number of at least 1, got the string "5"'),
    );
  });
});
