import { VirtualClock } from "@rpc/core/testing";
import { describe, expect, it } from "vitest";
import { Prices } from "../../src/prices/prices.js";
import { Replay } from "../../src/prices/replay.js";
import { day, tick } from "../ticks.js";

const { days } = new Prices([1, 2, 3].map((ofMonth) => tick("AAPL", ofMonth, ofMonth)));

function createReplay() {
  const clock = new VirtualClock();
  const heard: string[] = [];
  const replay: Replay = new Replay({
    days,
    clock,
    dayMs: 10,
    traded: (traded) => heard.push(String(traded.day.getUTCDate())),
    ended: () => heard.push("end"),
  });
  return { clock, heard, replay };
}

describe("Replay", () => {
  it("stands still until it is started", async () => {
    const { clock, heard, replay } = createReplay();
    await clock.advance(1_000);
    expect(heard).toEqual([]);
    expect([replay.running, replay.nextDay, clock.timers]).toEqual([false, day(1), 0]);
  });

  it("plays one day at a time, then tells its end and leaves no timer", async () => {
    const { clock, heard, replay } = createReplay();
    replay.start();
    await clock.advance(10);
    expect(heard).toEqual(["1"]);
    expect(replay.nextDay).toEqual(day(2));
    await clock.advance(1_000);
    expect(heard).toEqual(["1", "2", "3", "end"]);
    expect([replay.running, clock.timers]).toEqual([false, 0]);
  });

  it("goes on as it was when it is started twice, and begins again after its end", async () => {
    const { clock, heard, replay } = createReplay();
    replay.start();
    await clock.advance(20);
    replay.start();
    await clock.advance(20);
    replay.start();
    await clock.advance(10);
    expect(heard).toEqual(["1", "2", "3", "end", "1"]);
  });

  it("ends at once and in silence when it is closed", async () => {
    const { clock, heard, replay } = createReplay();
    replay.start();
    await clock.advance(10);
    replay.close();
    replay.close();
    await clock.advance(1_000);
    expect(heard).toEqual(["1"]);
    expect(clock.timers).toBe(0);
  });

  it("may be closed by who hears of a day", async () => {
    const clock = new VirtualClock();
    const heard: Date[] = [];
    const replay: Replay = new Replay({
      days,
      clock,
      dayMs: 10,
      traded(traded) {
        heard.push(traded.day);
        replay.close();
      },
      ended: () => heard.push(new Date(0)),
    });
    replay.start();
    await clock.advance(1_000);
    expect(heard).toEqual([day(1)]);
    expect(clock.timers).toBe(0);
  });
});
