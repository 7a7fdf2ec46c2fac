/** Everything is as it should be. */
export const clean = 0;

/** The sources have errors, or with `--check` files are stale. */
export const findings = 1;

/** The command was given in a way that it does not understand. */
export const usage = 2;

/** A mistake in how the command was called or configured. Its message says how to do it. */
export class UsageError extends Error {}
