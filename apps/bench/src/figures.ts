import type { Round } from "./measurement.js";

/** What was found out about one peer in one case. A ratio is to the base, taken inside each round, then the median. */
export interface Figures {
  readonly cpuUs: number;
  /** Of the cheapest round: what other work on the machine disturbs least. */
  readonly leastCpuUs: number;
  readonly perSecond: number;
  readonly cpuRatio: number;
  readonly rateRatio: number;
  readonly p50Us?: number;
  readonly p50Ratio?: number;
}

/** Medians of a peer's rounds beside those of the base. */
export function summarize(rounds: readonly Round[], base: readonly Round[]): Figures {
  const ratio = (of: (round: Round) => number) =>
    median(rounds.map((round, index) => of(round) / of(base[index]!)));
  const p50 = (round: Round) => round.p50Us ?? Number.NaN;
  return {
    cpuUs: median(rounds.map((round) => round.cpuUs)),
    leastCpuUs: Math.min(...rounds.map((round) => round.cpuUs)),
    perSecond: median(rounds.map((round) => round.perSecond)),
    cpuRatio: ratio((round) => round.cpuUs),
    rateRatio: ratio((round) => round.perSecond),
    ...(rounds[0]?.p50Us === undefined ? {} : { p50Us: median(rounds.map(p50)), p50Ratio: ratio(p50) }),
  };
}

/** The middle one of `numbers`. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
