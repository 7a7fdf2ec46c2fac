import { describeValue, refuseName } from "./names.js";

/** Names that a member had, oldest first. */
export type Formerly = string | readonly string[];

/** The names as a list; empty without any. */
export function formerNames(formerly: Formerly | undefined): readonly string[] {
  if (formerly === undefined) return [];
  return typeof formerly === "string" ? [formerly] : formerly;
}

/** Throws `TypeError` for former names that nobody can have called a member by, or that it still has. */
export function checkFormerly(decorator: string, property: string, name: string, formerly: unknown): void {
  if (formerly === undefined) return;
  const refuse = (why: string) => new TypeError(`${decorator} on ${property}: ${why}`);
  const names: readonly unknown[] = Array.isArray(formerly) ? formerly : [formerly];
  for (const [index, former] of names.entries()) {
    if (typeof former !== "string")
      throw refuse(`formerly must be a name or an array of names, got ${describeValue(formerly)}`);
    const refusal = refuseName(former);
    if (refusal !== undefined) throw refuse(`formerly: ${refusal}`);
    if (former === name || names.indexOf(former) !== index)
      throw refuse(`formerly names ${former}, which it is called ${former === name ? "now" : "twice"}`);
  }
}
