import { RpcError } from "@rpc/core";

/** Something that who started the program can mend; its message says how. */
export class Mistake extends Error {}

/**
 * Runs the body of a program and settles its exit code: 0 when it went well, 1 with one sentence on stderr when it did
 * not, 130 or 143 when a signal ended it.
 *
 * `signal` aborts on Ctrl-C, on SIGTERM, and when nobody reads the output any more. The body then closes what it opened
 * and rejects with the signal's reason, or returns if that is its normal end. A second Ctrl-C ends the process at
 * once.
 */
export async function runProgram(name: string, body: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupt = new AbortController();
  for (const [signal, exitCode] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, () => interrupt.abort(new Interrupted(signal, exitCode)));
  }
  process.stdout.on("error", () => interrupt.abort(new Interrupted("a closed output", 141)));
  try {
    await body(interrupt.signal);
  } catch (error) {
    // Ctrl-C reaches all processes of a terminal: what fails then may fail because another one was interrupted before.
    const reason: unknown = interrupt.signal.reason;
    if (reason instanceof Interrupted) process.exitCode = reason.exitCode;
    else {
      process.exitCode = 1;
      process.stderr.write(`${name}: ${describe(error)}\n`);
    }
  }
}

/** Waits for `work`, but no longer than until `signal` aborts; then rejects with its reason. */
export async function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

class Interrupted extends Error {
  readonly exitCode: number;

  constructor(by: string, exitCode: number) {
    super(`interrupted by ${by}`);
    this.exitCode = exitCode;
  }
}

// What nobody foresaw keeps its stack: it is for who mends the program.
function describe(error: unknown): string {
  if (error instanceof Mistake || RpcError.is(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
