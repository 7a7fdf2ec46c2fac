import type { TypeSchema } from "../service/contract.js";
import type { RuleId } from "./rules.js";

/** Which way values go: from old clients to the new server, or back. Callbacks turn it around. */
export type Direction = "input" | "output";

/** A difference between two types that somebody may notice. */
export interface Mismatch {
  readonly rule: RuleId;
  readonly path: string;
  readonly before: TypeSchema | undefined;
  readonly after: TypeSchema | undefined;
  readonly message: string;
}

/**
 * Two types that are compared, and the pairs of their parts.
 *
 * Types that contain themselves make a graph with cycles: a pair fits if no mismatch can be reached from it.
 */
export interface Pair {
  readonly direction: Direction;
  /** What is sent. */
  readonly sent: TypeSchema;
  /** What the receiver knows. */
  readonly known: TypeSchema;
  /** Name of the type, or the path to it. */
  readonly path: string;
  readonly mismatches: Mismatch[];
  readonly parts: Pair[];
  expanded: boolean;
  /** Whether it is known that no mismatch can be reached from it. */
  clean: boolean;
}

/** Adds a mismatch to a pair, in the words of the direction it was found in. */
export function report(
  pair: Pair,
  rule: RuleId,
  step: string,
  sent: TypeSchema | undefined,
  known: TypeSchema | undefined,
  message: string,
): void {
  const [before, after] = pair.direction === "input" ? [sent, known] : [known, sent];
  pair.mismatches.push({ rule, path: pair.path + step, before, after, message });
}
