import { describe, expect, it } from "vitest";
import { Lateness } from "../../src/session/lateness.js";

const wrap = 2 ** 32;
const minute = 60_000;

describe("lateness", () => {
  it("is nothing for the first packet, whatever the two clocks show", () => {
    expect(new Lateness().observe(5_000, 4_000_000_000)).toBe(0);
  });

  it("is how much later than the quickest a packet came", () => {
    const lateness = new Lateness();
    lateness.observe(1000, 100);
    expect(lateness.observe(1510, 600)).toBe(10);
    expect(lateness.observe(7000, 600)).toBe(5500);
  });

  it("counts from a quicker packet once there was one", () => {
    const lateness = new Lateness();
    lateness.observe(1000, 0);
    expect(lateness.observe(1400, 500)).toBe(0);
    expect(lateness.observe(2000, 1000)).toBe(100);
  });

  it("does not change when either clock wraps", () => {
    const lateness = new Lateness();
    lateness.observe(wrap - 100, 50);
    expect(lateness.observe(0, 150)).toBe(0);
    expect(lateness.observe(30, 160)).toBe(20);
    const sender = new Lateness();
    sender.observe(500, wrap - 100);
    expect(sender.observe(600, 0)).toBe(0);
    expect(sender.observe(700, 50)).toBe(50);
  });

  it("forgets a quick packet after ten minutes: clocks drift", () => {
    const lateness = new Lateness();
    lateness.observe(0, 0);
    for (let time = minute; time <= 11 * minute; time += minute) lateness.observe(time + 40, time);
    expect(lateness.observe(12 * minute + 40, 12 * minute)).toBe(0);
  });

  it("forgets after the clock has wrapped, too", () => {
    const lateness = new Lateness();
    lateness.observe(wrap - minute, 0);
    for (let time = 0; time <= 11 * minute; time += minute) lateness.observe(time + 40, time + minute);
    expect(lateness.observe(12 * minute + 40, 13 * minute)).toBe(0);
  });

  it("keeps a quick packet for five minutes", () => {
    const lateness = new Lateness();
    lateness.observe(0, 0);
    for (let time = minute; time < 5 * minute; time += minute) lateness.observe(time + 40, time);
    expect(lateness.observe(5 * minute + 40, 5 * minute)).toBe(40);
  });
});
