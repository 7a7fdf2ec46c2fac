import { collectGarbage } from "./collect-garbage.js";

/** What a process holds at one moment. */
export interface Sample {
  readonly rssMiB: number;
  /** Handles and timers that keep a process busy. */
  readonly resources: number;
  /** The same by kind, for a message. */
  readonly kinds: string;
}

export function takeSample(): Sample {
  collectGarbage();
  const resources = process.getActiveResourcesInfo();
  const counts = new Map<string, number>();
  for (const kind of resources) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return {
    rssMiB: process.memoryUsage.rss() / 2 ** 20,
    resources: resources.length,
    kinds: [...counts].map(([kind, count]) => `${count} ${kind}`).join(", "),
  };
}

/** Samples over time, and whether what they show grows. */
export class Footprint {
  readonly #samples: number[] = [];

  add({ rssMiB }: Sample): void {
    this.#samples.push(rssMiB);
  }

  /** Median of the last quarter less that of the second: the first quarter warms up. */
  get grownMiB(): number {
    const quarter = Math.floor(this.#samples.length / 4);
    return median(this.#samples.slice(-quarter)) - median(this.#samples.slice(quarter, 2 * quarter));
  }
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
