import { expect, it } from "vitest";
import { PacketTimeout } from "../src/packet-timeout.js";
import { ManualClock } from "./manual-clock.js";

function createTimeout() {
  const clock = new ManualClock();
  const told: string[] = [];
  const timeout = new PacketTimeout({
    clock,
    timeoutMs: 100,
    expired: () => told.push("expired"),
    quiet: () => told.push("quiet"),
  });
  return { clock, told, timeout };
}

it("expires when a packet is not whole in time", () => {
  const { clock, told, timeout } = createTimeout();
  timeout.begin();
  clock.advance(99);
  timeout.begin();
  expect(told).toEqual([]);
  clock.advance(1);
  expect(told).toEqual(["expired"]);
});

it("counts each packet from its own beginning, with one timer for all", () => {
  const { clock, told, timeout } = createTimeout();
  for (let packet = 0; packet < 10; packet += 1) {
    timeout.begin();
    clock.advance(60);
    timeout.finish();
    expect(clock.timers).toBeLessThanOrEqual(1);
  }
  timeout.begin();
  clock.advance(99);
  expect(told.filter((what) => what === "expired")).toEqual([]);
  clock.advance(1);
  expect(told.at(-1)).toBe("expired");
});

it("tells once that it has become quiet, and then sets no timer", () => {
  const { clock, told, timeout } = createTimeout();
  timeout.begin();
  timeout.finish();
  clock.advance(100);
  clock.advance(1000);
  expect(told).toEqual(["quiet"]);
  expect(clock.timers).toBe(0);
});

it("leaves no timer when closed", () => {
  const { clock, timeout } = createTimeout();
  timeout.begin();
  timeout.close();
  timeout.close();
  expect(clock.timers).toBe(0);
});
