import { expect, it } from "vitest";
import { silentLogger } from "../../core/src/logger.js";
import { RareLog } from "../src/rare-log.js";
import { ManualClock } from "./manual-clock.js";

it("writes one warning in ten seconds and tells how many it left out", () => {
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = new RareLog({ ...silentLogger, warn: (line) => lines.push(line) }, clock);
  for (let attempt = 1; attempt <= 5; attempt += 1) log.warn(`refused ${attempt}`);
  expect(lines).toEqual(["refused 1"]);
  clock.advance(10_000);
  log.warn("refused 6");
  expect(lines).toEqual(["refused 1", "refused 6 (and 4 warnings before it)"]);
});
