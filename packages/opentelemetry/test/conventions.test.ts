import * as conventions from "@opentelemetry/semantic-conventions";
import { expect, it } from "vitest";
import { names } from "../src/conventions.js";

it("names everything as the stable conventions do, but what is ours", () => {
  const { outcome, ...theirs } = names;
  const stable = new Set<unknown>(Object.values(conventions));
  expect(Object.values(theirs).filter((name) => !stable.has(name))).toEqual([]);
  expect(stable.has(outcome)).toBe(false);
});
