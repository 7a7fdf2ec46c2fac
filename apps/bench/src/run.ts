import type { Case } from "./cases.js";
import type { Figures } from "./figures.js";
import { Measurement } from "./measurement.js";
import { basePeer } from "./peers.js";
import { type Effort, measureCase } from "./rounds.js";

/** What a run measures. */
export interface Run {
  /** The base first. */
  readonly peers: readonly string[];
  readonly cases: readonly Case[];
  readonly effort: Effort;
  /** Hears of each case when it is done. */
  measured(asked: Case, figures: ReadonlyMap<string, Figures>): void;
}

/** Measures every case for every peer that can; figures by case, then by peer. A peer that does not start is left out. */
export async function measureCases(run: Run): Promise<Record<string, Record<string, Figures>>> {
  const found: Record<string, Record<string, Figures>> = {};
  if (run.cases.length === 0) return found;
  const measurements = await startAll(run.peers);
  for (const asked of run.cases) {
    const figures = await measureCase(asked, measurements, run.effort);
    found[asked.name] = Object.fromEntries(figures);
    run.measured(asked, figures);
  }
  for (const measurement of measurements) await measurement.close();
  return found;
}

async function startAll(peers: readonly string[]): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  for (const peer of peers) {
    try {
      measurements.push(await Measurement.start(peer));
    } catch (error) {
      // The others are measured all the same, and the run has not gone well.
      if (peer === basePeer) throw error;
      console.error(`${peer} is left out: ${(error as Error).message}`);
      process.exitCode = 1;
    }
  }
  return measurements;
}
