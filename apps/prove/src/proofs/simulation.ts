import { runWorkload } from "@rpc/core/testing";
import { none, type Proof, some } from "../proof.js";

const sizes = {
  short: { seeds: 100, calls: 300, faults: 10 },
  full: { seeds: 2_000, calls: 1_000, faults: 10 },
};

/** Whole systems in one thread and virtual time, each drawn from a seed that shows it again. */
export const simulation: Proof = {
  name: "simulation",
  what: "calls and events of every mode through links and servers that fail, drawn from seeds",
  async run(size) {
    const { seeds, calls, faults } = sizes[size];
    const sum = { resumes: 0, resets: 0 };
    const violations: string[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      try {
        const { resumes, resets } = await runWorkload({ seed, calls, faults });
        sum.resumes += resumes;
        sum.resets += resets;
      } catch (error) {
        violations.push((error as Error).message);
      }
    }
    return {
      tried: `${seeds} seeds × ${calls} calls × ${faults} faults`,
      figures: [
        none("violations", violations.length),
        some("resumes", sum.resumes),
        some("resets", sum.resets),
      ],
      notes: violations,
    };
  },
};
