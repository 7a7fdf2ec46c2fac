import type { Clock } from "../clock.js";
import type { Limits } from "../limits.js";
import type { BoundLog } from "../logger.js";
import type { ClientPart } from "./client-part.js";

/** What a client of Node and one of a page differ in, besides how values are written and read. */
export interface ClientKind {
  /** What it does without being asked for it. */
  readonly parts: readonly ClientPart[];
  /** The limits there are, with their defaults. */
  readonly limits: Limits;
  boundLog(clock: Clock): BoundLog;
}
