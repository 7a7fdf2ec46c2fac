import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ended } from "./load.js";
import { type Figure, none } from "./proof.js";

/** A file in which servers write down what they run: what outlives them when they are killed. */
export class Journal {
  readonly path: string;
  readonly #folder: string;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), "rpc-prove-"));
    this.path = join(this.#folder, "journal");
    writeFileSync(this.path, "");
  }

  /** How often each key ran. */
  read(): ReadonlyMap<string, number> {
    const ran = new Map<string, number>();
    for (const key of readFileSync(this.path, "utf8").split("\n").slice(0, -1))
      ran.set(key, (ran.get(key) ?? 0) + 1);
    return ran;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** Compares what callers were told with what ran. */
export function judge(
  ended: readonly Ended[],
  ran: ReadonlyMap<string, number>,
): { readonly figures: readonly Figure[]; readonly notes: readonly string[] } {
  const doubled: string[] = [];
  const untrue: string[] = [];
  for (const { key, idempotent, error } of ended) {
    const times = ran.get(key) ?? 0;
    const told = error === undefined ? "success" : `${error.code} ${error.outcome} (${error.message})`;
    if (times > 1 && !idempotent) doubled.push(`${key} ran ${times} times, told ${told}`);
    const said = error === undefined ? "executed" : error.outcome;
    if ((said === "executed" && times === 0) || (said === "not-executed" && times > 0))
      untrue.push(`${key} ran ${times} times, told ${told}`);
  }
  return {
    figures: [none("doubled", doubled.length), none("untrue outcomes", untrue.length)],
    notes: [...doubled, ...untrue],
  };
}
