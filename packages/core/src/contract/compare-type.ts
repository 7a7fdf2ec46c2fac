import type { AlternativesReader } from "./alternatives.js";
import type { FindingList } from "./findings.js";
import type { Direction } from "./pair.js";
import { isSamePlain, toSchema } from "./schema.js";
import type { TypeGraph } from "./type-graph.js";
import { isUnchanged } from "./unchanged-types.js";

/** Something of a contract whose shape was not checked. */
export type Description = Readonly<Record<string, unknown>>;

/** Old to new, and back. */
export interface Comparison {
  readonly forth: TypeGraph;
  readonly back: TypeGraph;
  /** Names of the types that are the same in both, with all that they refer to. */
  readonly unchanged: ReadonlySet<string>;
  /** Reads types of the new contract. */
  readonly now: AlternativesReader;
}

/** One member in both contracts, and where what is found in it goes. */
export interface ComparedMember {
  /** `Person.changeName`. */
  readonly name: string;
  readonly findings: FindingList;
  readonly comparison: Comparison;
  readonly before: Description;
  readonly after: Description;
}

/** Compares what stands at one place of a member, and tells what was widened or narrowed where nothing is wrong. */
export function compareType(
  { name, findings, comparison }: ComparedMember,
  direction: Direction,
  before: unknown,
  after: unknown,
  path: string,
): void {
  const [old, now] = [toSchema(before), toSchema(after)];
  if (isSamePlain(old, now) || isUnchanged(old, now, comparison.unchanged)) return;
  const mismatches = comparison.forth.mismatches(comparison.forth.compare(direction, old, now, path));
  if (mismatches.length > 0) return findings.addAll(name, mismatches);
  const [difference] = comparison.back.mismatches(comparison.back.compare(direction, now, old, path));
  if (difference === undefined) return;
  const rule = direction === "input" ? "input-widened" : "output-narrowed";
  const message =
    direction === "input"
      ? "the server takes more than before"
      : "clients get less than they know, or new properties";
  // Seen from the other side, what was before is after.
  findings.add(rule, difference.path, [name], difference.after, difference.before, message);
}
