import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/clock.js";
import { Heartbeat } from "../../src/session/heartbeat.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";

function watch(clock: Clock): { heartbeat: Heartbeat; heard: string[] } {
  const heard: string[] = [];
  const heartbeat = new Heartbeat(clock, 1000, {
    silent: () => heard.push(`silent at ${clock.now()}`),
    dead: (silentMs) => heard.push(`dead after ${silentMs}`),
  });
  heartbeat.start();
  return { heartbeat, heard };
}

describe("a heartbeat", () => {
  it("asks after one interval of silence and gives up after three", async () => {
    const clock = new VirtualClock();
    const { heard } = watch(clock);
    await clock.advance(10_000);
    expect(heard).toEqual(["silent at 1000", "silent at 2000", "dead after 3000"]);
    expect(clock.timers).toBe(0);
  });

  it("asks nothing while something is heard", async () => {
    const clock = new VirtualClock();
    const { heartbeat, heard } = watch(clock);
    for (let time = 500; time < 10_000; time += 500) {
      await clock.advance(500);
      heartbeat.heard(clock.now());
    }
    expect(heard).toEqual([]);
  });

  it("waits one round more when its own process stood still", async () => {
    // A clock that a busy process sees: the timer fires, but 20 s too late.
    let late = 0;
    const clock = new VirtualClock();
    const seen: Clock = {
      now: () => clock.now() + late,
      wallTime: () => clock.wallTime(),
      timer: (ms, fire) => clock.timer(ms, fire),
      soon: (run) => clock.soon(run),
    };
    const { heartbeat, heard } = watch(seen);
    late = 20_000;
    await clock.advance(1000);
    expect(heard).toEqual(["silent at 21000"]);
    heartbeat.heard(seen.now());
    await clock.advance(900);
    expect(heard).toHaveLength(1);
  });

  it("gives up after that round if there was still nothing", async () => {
    let late = 0;
    const clock = new VirtualClock();
    const seen: Clock = {
      now: () => clock.now() + late,
      wallTime: () => clock.wallTime(),
      timer: (ms, fire) => clock.timer(ms, fire),
      soon: (run) => clock.soon(run),
    };
    const { heard } = watch(seen);
    late = 20_000;
    await clock.advance(2000);
    expect(heard).toEqual(["silent at 21000", "dead after 22000"]);
  });

  it("is quiet after stop, which is safe twice", async () => {
    const clock = new VirtualClock();
    const { heartbeat, heard } = watch(clock);
    heartbeat.stop();
    heartbeat.stop();
    await clock.advance(10_000);
    expect(heard).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it("begins anew with start", async () => {
    const clock = new VirtualClock();
    const { heartbeat, heard } = watch(clock);
    await clock.advance(2500);
    heartbeat.start();
    expect(clock.timers).toBe(1);
    await clock.advance(2500);
    expect(heard).toEqual(["silent at 1000", "silent at 2000", "silent at 3500", "silent at 4500"]);
  });
});
