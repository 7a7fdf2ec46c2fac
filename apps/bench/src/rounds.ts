import type { Case } from "./cases.js";
import { type Figures, summarize } from "./figures.js";
import type { Measurement, Round } from "./measurement.js";

/** How long it all may take. */
export interface Effort {
  readonly rounds: number;
  readonly roundMs: number;
}

/** One of those that are measured. */
type Measured = Pick<Measurement, "peer" | "takesPart" | "prepare" | "round">;

/** What came of one case. */
export interface CaseFigures<Each> {
  readonly figures: ReadonlyMap<string, Figures>;
  /** Who gave a wrong answer, none, or ended, and why: no more is measured of them. */
  readonly failed: ReadonlyMap<Each, Error>;
}

/**
 * Measures a case for all who take part, in turn, round by round. The first of `measurements` is the base: when it fails, the
 * case does.
 */
export async function measureCase<Each extends Measured>(
  asked: Case,
  measurements: readonly Each[],
  { rounds, roundMs }: Effort,
): Promise<CaseFigures<Each>> {
  const taking = measurements.filter((measurement) => measurement.takesPart(asked));
  const base = taking[0]!;
  const results = new Map<Each, Round[]>(taking.map((measurement) => [measurement, []]));
  const failed = new Map<Each, Error>();
  const attempt = async (measurement: Each, run: () => Promise<void>) => {
    try {
      if (!failed.has(measurement)) await run();
    } catch (error) {
      if (measurement === base) throw error;
      failed.set(measurement, error as Error);
      results.delete(measurement);
    }
  };
  for (const measurement of taking) await attempt(measurement, () => measurement.prepare(asked, roundMs));
  for (let round = 0; round < rounds; round += 1) {
    // The order turns round by round, so that none is always measured after the same neighbour.
    for (const measurement of round % 2 === 0 ? taking : [...taking].reverse()) {
      await attempt(measurement, async () => {
        results.get(measurement)!.push(await measurement.round(asked));
      });
    }
  }
  const ofBase = results.get(base)!;
  const figures = new Map(
    [...results].map(([{ peer }, ofPeer]) => [peer, summarize(ofPeer, ofBase)] as const),
  );
  return { figures, failed };
}
