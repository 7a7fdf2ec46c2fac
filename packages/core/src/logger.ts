import type { LogBounds } from "./log-bounds.js";
import { toPrintable } from "./printable.js";

/**
 * Where the framework writes what an operator should know.
 *
 * `console` satisfies it, and so does a `pino` logger. Nothing is written unless one is given. What a peer can cause is
 * bounded by kind, what comes from a peer is made printable, and nothing that a logger throws escapes.
 */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * What the framework itself writes to: a line that a peer can cause names its kind, and lines of one kind are bounded.
 *
 * False means that the line was left out and counted, null that there is no logger. Errors may be more than the rest: each has an id to be found by.
 */
export interface KindLogger {
  debug(message: string, kind?: string): unknown;
  info(message: string, kind?: string): unknown;
  warn(message: string, kind?: string): unknown;
  error(message: string, kind?: string): unknown;
}

/** A logger that came from outside, made safe. Its owner closes it, or a timer stays. */
export interface GuardedLogger extends KindLogger {
  /** Tells what was left out. What is written afterwards still comes. */
  close(): void;
}

/** The default: says nothing. */
export const silentLogger: GuardedLogger = {
  debug: () => null,
  info: () => null,
  warn: () => null,
  error: () => null,
  close() {},
};

const levels = ["debug", "info", "warn", "error"] as const;

/** Bounds how many lines of each kind are written; `tell` hears what was left out. */
export type BoundLog = (tell: (kind: string, leftOut: number) => void) => Pick<LogBounds, "take" | "close">;

/**
 * Returns a logger from which nothing escapes: a log that fails must not end a session or fail a call.
 *
 * @throws TypeError when `given` is no logger, naming what is missing.
 */
export function guardLogger(what: string, given: Logger | undefined, bound: BoundLog): GuardedLogger {
  if (given === undefined) return silentLogger;
  const missing = levels.filter((level) => typeof (given as Partial<Logger> | null)?.[level] !== "function");
  if (missing.length > 0) {
    throw new TypeError(
      `${what}: logger must have the functions ${levels.join(", ")}, such as console has; missing: ${missing.join(", ")}`,
    );
  }
  const write = (level: (typeof levels)[number], message: string) => {
    try {
      // One that answers with a promise may reject as well.
      void Promise.resolve(given[level](toPrintable(message))).catch(() => {});
    } catch {
      // There is nowhere to tell it.
    }
  };
  const bounds = bound((kind, leftOut) => write("warn", `${kind}: ${leftOut} more suppressed`));
  const guarded = (level: (typeof levels)[number]) => (message: string, kind?: string) => {
    if (kind !== undefined && !bounds.take(kind, level === "error")) return false;
    write(level, message);
    return true;
  };
  return {
    debug: guarded("debug"),
    info: guarded("info"),
    warn: guarded("warn"),
    error: guarded("error"),
    close: () => bounds.close(),
  };
}
