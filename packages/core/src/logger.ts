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
