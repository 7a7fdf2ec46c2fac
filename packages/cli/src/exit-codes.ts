/** Everything is as it should be. */
export const clean = 0;

/** The sources have errors, or with `--check` files are stale; a call failed; something was found wanting. */
export const findings = 1;

/** The command was given in a way that it does not understand. */
export const usage = 2;

/** There is no session with the server: nobody answers there, or it refused. */
export const unreachable = 3;

/** A mistake in how the command was called or configured. Its message says how to do it. */
export class UsageError extends Error {}
