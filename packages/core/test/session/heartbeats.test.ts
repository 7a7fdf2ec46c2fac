import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/clock.js";
import { Heartbeats } from "../../src/session/heartbeats.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";

class Watched {
  readonly heard: string[] = [];
  lastReadAt: number;

  constructor(readonly clock: Clock) {
    this.lastReadAt = clock.now();
  }

  silent(): void {
    this.heard.push(`silent at ${this.clock.now()}`);
  }

  dead(silentMs: number): void {
    this.heard.push(`dead after ${silentMs}`);
  }
}

/** What a process sees that was busy: timers fire, but late. */
class BusyClock implements Clock {
  lateMs = 0;
  constructor(readonly clock: VirtualClock) {}
  now = () => this.clock.now() + this.lateMs;
  wallTime = () => this.clock.wallTime();
  timer: Clock["timer"] = (ms, fire) => this.clock.timer(ms, fire);
  soon: Clock["soon"] = (run) => this.clock.soon(run);
}

function watch(clock: Clock): { heartbeats: Heartbeats; session: Watched } {
  const heartbeats = new Heartbeats(clock, 1000);
  const session = new Watched(clock);
  heartbeats.start(session);
  return { heartbeats, session };
}

describe("heartbeats", () => {
  it("asks after one interval of silence and gives up after three", async () => {
    const clock = new VirtualClock();
    const { session } = watch(clock);
    await clock.advance(10_000);
    expect(session.heard).toEqual(["silent at 1000", "silent at 2000", "dead after 3000"]);
    expect(clock.timers).toBe(0);
  });

  it("asks nothing while something is heard", async () => {
    const clock = new VirtualClock();
    const { session } = watch(clock);
    for (let time = 500; time < 10_000; time += 500) {
      await clock.advance(500);
      session.lastReadAt = clock.now();
    }
    expect(session.heard).toEqual([]);
  });

  it("waits one round more when its own process stood still", async () => {
    const clock = new VirtualClock();
    const seen = new BusyClock(clock);
    const { session } = watch(seen);
    seen.lateMs = 20_000;
    await clock.advance(1000);
    expect(session.heard).toEqual(["silent at 21000"]);
    session.lastReadAt = seen.now();
    await clock.advance(900);
    expect(session.heard).toHaveLength(1);
  });

  it("gives up after that round if there was still nothing", async () => {
    const clock = new VirtualClock();
    const seen = new BusyClock(clock);
    const { session } = watch(seen);
    seen.lateMs = 20_000;
    await clock.advance(2000);
    expect(session.heard).toEqual(["silent at 21000", "dead after 22000"]);
  });

  it("is quiet after stop, which is safe twice", async () => {
    const clock = new VirtualClock();
    const { heartbeats, session } = watch(clock);
    heartbeats.stop(session);
    heartbeats.stop(session);
    await clock.advance(10_000);
    expect(session.heard).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it("begins anew with start", async () => {
    const clock = new VirtualClock();
    const { heartbeats, session } = watch(clock);
    await clock.advance(2500);
    session.lastReadAt = clock.now();
    heartbeats.start(session);
    expect(clock.timers).toBe(1);
    await clock.advance(2500);
    expect(session.heard).toEqual(["silent at 1000", "silent at 2000", "silent at 3500", "silent at 4500"]);
  });

  it("look at each session at its own time, with one timer for all", async () => {
    const clock = new VirtualClock();
    const { heartbeats, session } = watch(clock);
    await clock.advance(400);
    const other = new Watched(clock);
    heartbeats.start(other);
    expect(clock.timers).toBe(1);
    await clock.advance(2000);
    expect([session.heard, other.heard]).toEqual([
      ["silent at 1000", "silent at 2000"],
      ["silent at 1400", "silent at 2400"],
    ]);
    heartbeats.stop(session);
    await clock.advance(1000);
    expect([session.heard.length, other.heard.at(-1)]).toEqual([2, "dead after 3000"]);
    expect(clock.timers).toBe(0);
  });
});
