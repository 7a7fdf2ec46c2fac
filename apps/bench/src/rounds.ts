import type { Case } from "./cases.js";
import { type Figures, summarize } from "./figures.js";
import type { Measurement, Round } from "./measurement.js";

/** How long it all may take. */
export interface Effort {
  readonly rounds: number;
  readonly roundMs: number;
}

/** Measures a case for all who take part, in turn, round by round. The first of `measurements` is the base. */
export async function measureCase(
  asked: Case,
  measurements: readonly Measurement[],
  { rounds, roundMs }: Effort,
): Promise<ReadonlyMap<string, Figures>> {
  const taking = measurements.filter((measurement) => measurement.takesPart(asked));
  const results = new Map<Measurement, Round[]>(taking.map((measurement) => [measurement, []]));
  for (const measurement of taking) await measurement.prepare(asked, roundMs);
  for (let round = 0; round < rounds; round += 1) {
    // The order turns round by round, so that none is always measured after the same neighbour.
    const order = round % 2 === 0 ? taking : [...taking].reverse();
    for (const measurement of order) results.get(measurement)!.push(await measurement.round(asked));
  }
  const base = results.get(taking[0]!)!;
  return new Map([...results].map(([{ peer }, ofPeer]) => [peer, summarize(ofPeer, base)]));
}
