import { describe, expect, it } from "vitest";
import { boundLog } from "../src/log-bounds.js";
import { guardLogger } from "../src/logger.js";
import { VirtualClock } from "../src/testing/virtual-clock.js";
import { RecordingLogger } from "./recording-logger.js";

function create() {
  const clock = new VirtualClock();
  const recording = new RecordingLogger();
  return { clock, lines: recording.lines, logger: guardLogger("serve", recording, boundLog(clock)) };
}

describe("lines that a peer can cause", () => {
  it("are ten, then one in ten seconds, and the rest is counted", async () => {
    const { clock, lines, logger } = create();
    for (let packet = 0; packet < 50; packet++) logger.warn(`bad packet ${packet}`, "bad packets");
    expect(lines).toHaveLength(10);
    await clock.advance(9_999);
    expect(lines).toHaveLength(10);
    await clock.advance(1);
    expect(lines.at(-1)).toBe("warn bad packets: 40 more suppressed");
    expect(logger.warn("bad packet 50", "bad packets")).toBe(true);
    expect(logger.warn("bad packet 51", "bad packets")).toBe(false);
    logger.close();
    expect(lines.slice(11)).toEqual(["warn bad packet 50", "warn bad packets: 1 more suppressed"]);
    expect(clock.timers).toBe(0);
  });

  it("are at most 200 for 100,000 in ten minutes, and none goes uncounted", async () => {
    const { clock, lines, logger } = create();
    for (let packet = 0; packet < 100_000; packet++) {
      logger.info("connection refused: packet of unknown kind 71", "refused connections");
      await clock.advance(6);
    }
    logger.close();
    expect(lines.length).toBeLessThan(200);
    const told = lines.map((line) => Number(/(\d+) more suppressed/.exec(line)?.[1] ?? 1));
    expect(told.reduce((sum, count) => sum + count, 0)).toBe(100_000);
  });

  it("do not cost another kind its lines, nor the framework's own", async () => {
    const { lines, logger } = create();
    for (let line = 0; line < 100; line++) logger.warn("stranger", "strangers");
    expect(logger.warn("other", "others")).toBe(true);
    for (let line = 0; line < 100; line++) logger.warn("own");
    expect(lines.filter((line) => line === "warn own")).toHaveLength(100);
    logger.close();
  });

  it("are a thousand at once where each failure has an id", async () => {
    const { clock, lines, logger } = create();
    for (let call = 0; call < 5_000; call++) logger.error(`failed ${call}`, "failures of Desk.place");
    expect(lines).toHaveLength(1_000);
    await clock.advance(10_000);
    expect(lines.at(-1)).toBe("warn failures of Desk.place: 4000 more suppressed");
    logger.close();
  });

  it("leave no timer when the logger is closed, and none afterwards", async () => {
    const { clock, logger } = create();
    for (let line = 0; line < 20; line++) logger.warn("stranger", "strangers");
    expect(clock.timers).toBe(1);
    logger.close();
    for (let line = 0; line < 20; line++) logger.warn("stranger", "strangers");
    expect(clock.timers).toBe(0);
  });
});
