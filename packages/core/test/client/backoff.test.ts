import { expect, it } from "vitest";
import { Backoff } from "../../src/client/backoff.js";

const waits = (backoff: Backoff, count: number) => Array.from({ length: count }, () => backoff.next());

it("doubles from 50 ms to 5 s, and starts anew after a success", () => {
  const backoff = new Backoff({ fraction: () => 1, bytes: (count) => new Uint8Array(count) });
  expect(waits(backoff, 9)).toEqual([50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  backoff.reset();
  expect(waits(backoff, 2)).toEqual([50, 100]);
});

it("draws each wait from the whole range", () => {
  const fractions = [0, 0.5, 0.25];
  const backoff = new Backoff({
    fraction: () => fractions.shift() ?? 0,
    bytes: (count) => new Uint8Array(count),
  });
  expect(waits(backoff, 3)).toEqual([0, 50, 50]);
});
