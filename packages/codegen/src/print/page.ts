import type { Imports } from "./imports.js";
import type { ClientNames } from "./names.js";
import type { Writer } from "./writer.js";

/** A client's file while it is printed. */
export interface Page {
  readonly out: Writer;
  readonly names: ClientNames;
  readonly imports: Imports;
  /** What each service's hash is made of. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Order of what a contract holds by name. */
export function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
