import { runWorkload, type Safety } from "@rpc/core/testing";
import type { Figure, Proof } from "../proof.js";

const taken: readonly Safety[] = ["duplicate-check", "acknowledgement", "gap-check", "credit", "drain"];
const seeds = 50;
const sizes = { short: { calls: 300, faults: 10 }, full: { calls: 1_000, faults: 10 } };

/** The simulation itself: with any one safety taken away it must find that a promise no longer holds. */
export const safeties: Proof = {
  name: "safeties",
  what: "the simulation notices when any one safety of a session is taken away",
  async run(size) {
    const figures: Figure[] = [];
    const notes: string[] = [];
    for (const without of taken) {
      const { seed, caught } = await findCatch(without, sizes[size]);
      figures.push({ name: `seeds to miss the ${without}`, value: seed, atMost: seeds });
      notes.push(`without ${without}: ${caught}`);
    }
    return { tried: `${taken.length} safeties taken away in turn`, figures, notes };
  },
};

/** The first seed whose run falls short, and how; `Infinity` when none does. */
async function findCatch(
  without: Safety,
  much: { readonly calls: number; readonly faults: number },
): Promise<{ readonly seed: number; readonly caught: string }> {
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      await runWorkload({ seed, ...much, without });
    } catch (error) {
      return { seed, caught: (error as Error).message };
    }
  }
  return { seed: Infinity, caught: `nothing noticed in ${seeds} seeds` };
}
