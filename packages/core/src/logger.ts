/**
 * Where the framework writes what an operator should know.
 *
 * `console` satisfies it, and so does a `pino` logger. Nothing is written unless one is given.
 */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** The default: says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Returns a logger from which nothing escapes: a log that fails must not end a session or fail a call.
 *
 * @throws TypeError when `given` is no logger, naming what is missing.
 */
export function guardLogger(what: string, given: Logger | undefined): Logger {
  if (given === undefined) return silentLogger;
  const missing = levels.filter((level) => typeof (given as Partial<Logger> | null)?.[level] !== "function");
  if (missing.length > 0) {
    throw new TypeError(
      `${what}: logger must have the functions ${levels.join(", ")}, such as console has; missing: ${missing.join(", ")}`,
    );
  }
  const guarded = (level: (typeof levels)[number]) => (message: string) => {
    try {
      // One that answers with a promise may reject as well.
      void Promise.resolve(given[level](message)).catch(() => {});
    } catch {
      // There is nowhere to tell it.
    }
  };
  return {
    debug: guarded("debug"),
    info: guarded("info"),
    warn: guarded("warn"),
    error: guarded("error"),
  };
}

const levels = ["debug", "info", "warn", "error"] as const;
