import { describe, expect, it } from "vitest";
import { CallMeter, Measurements } from "../../src/server/call-meter.js";
import type { RegisteredMethod } from "../../src/service/registry.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";

const method = { service: "Desk", name: "wait" } as RegisteredMethod;

describe("a call meter", () => {
  it("is worth its price from the first watcher to the last", () => {
    const meter = new CallMeter(new VirtualClock());
    const [one, other] = [new Measurements(), new Measurements()];
    expect(meter.watched).toBe(false);
    meter.watch(one, () => {});
    meter.watch(other, () => {});
    meter.unwatch(one);
    expect(meter.watched).toBe(true);
    meter.unwatch(other);
    expect(meter.watched).toBe(false);
  });

  it("measures until the promise settles, and gives on what it gives", async () => {
    const clock = new VirtualClock();
    const meter = new CallMeter(clock);
    const measurements = new Measurements();
    meter.watch(measurements, () => {});
    let settle = (_: number) => {};
    const answer = meter.measure(method, () => new Promise<number>((resolve) => (settle = resolve)));
    await clock.advance(200);
    settle(7);
    expect(await answer).toBe(7);
    await expect(meter.measure(method, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(() =>
      meter.measure(method, () => {
        throw new Error("at once");
      }),
    ).toThrow("at once");
    expect(measurements.take()).toEqual([
      { name: "Desk.wait", calls: 3, failed: 2, p50Ms: expect.any(Number), p99Ms: 200, maxMs: 200 },
    ]);
    expect(measurements.take()).toEqual([]);
  });

  it("tells its watchers when it is closed", () => {
    const meter = new CallMeter(new VirtualClock());
    let closed = 0;
    for (const measurements of [new Measurements(), new Measurements()])
      meter.watch(measurements, () => {
        closed += 1;
        meter.unwatch(measurements);
      });
    meter.close();
    expect({ closed, watched: meter.watched }).toEqual({ closed: 2, watched: false });
  });
});
