import type { Case } from "./cases.js";
import type { Figures } from "./figures.js";
import { Measurement } from "./measurement.js";
import { lackOfFiles } from "./open-files.js";
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

/**
 * Measures every case for every peer that can; figures by case, then by peer. A peer that does not start, or fails, is left
 * out from there on.
 */
export async function measureCases(run: Run): Promise<Record<string, Record<string, Figures>>> {
  const found: Record<string, Record<string, Figures>> = {};
  if (run.cases.length === 0) return found;
  const measurements = new Set(await startAll(run.peers));
  for (const asked of run.cases) {
    const lack = lackOfFiles(asked.connections);
    if (lack !== undefined) {
      leaveOut(asked.name, new Error(lack));
      continue;
    }
    try {
      const { figures, failed } = await measureCase(asked, [...measurements], run.effort);
      for (const [measurement, error] of failed) {
        leaveOut(`${measurement.peer} in ${asked.name}, and from there on,`, error);
        measurements.delete(measurement);
        await measurement.close();
      }
      found[asked.name] = Object.fromEntries(figures);
      run.measured(asked, figures);
    } catch (error) {
      leaveOut(`${asked.name}, and what follows it,`, error as Error);
      break;
    }
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
      if (peer === basePeer) throw error;
      leaveOut(peer, error as Error);
    }
  }
  return measurements;
}

/** Tells what could not be measured: the rest is, and the run has not gone well. */
export function leaveOut(what: string, error: Error): void {
  console.error(`${what} is left out: ${error.message}`);
  process.exitCode = 1;
}
