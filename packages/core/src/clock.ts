/** A timer that has been set. */
export interface Timer {
  /** Safe to call twice, and after it fired. */
  clear(): void;
}

/** Time, handed in, so that whole systems run with a virtual clock. */
export interface Clock {
  /** Milliseconds of a clock that never goes back. Its zero means nothing. */
  now(): number;
  /** Milliseconds since 1970, for people and for logs; it may jump. */
  wallTime(): number;
  /** Runs `fire` once, after `ms` milliseconds. Its owner clears it: a timer keeps the process alive. */
  timer(ms: number, fire: () => void): Timer;
  /** Runs `run` at the end of this turn, after the code that runs now and before the next input. */
  soon(run: () => void): void;
  /** Runs `run` once in a later turn, after the input that waits already. Without it `timer(0, run)` does. */
  later?(run: () => void): Timer;
}

/** Runs `run` once in a later turn of any clock, after the input that waits already. */
export function later(clock: Clock, run: () => void): Timer {
  return clock.later?.(run) ?? clock.timer(0, run);
}

/** Randomness, handed in, so that a failing run replays from its seed. */
export interface Random {
  /** A number from 0 up to, not including, 1. */
  fraction(): number;
  /** Unpredictable bytes: session ids and resume tokens come from here. */
  bytes(count: number): Uint8Array;
}

interface Host {
  readonly process?: { nextTick?(run: () => void): void };
  setImmediate?(run: () => void): unknown;
  clearImmediate?(handle: unknown): void;
}

const host = globalThis as Host;
// Longer ones would fire at once.
const longestTimeoutMs = 2 ** 31 - 1;

/** The clock of the machine. Its `soon` is `process.nextTick` where there is one, else a microtask. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  timer(ms, fire) {
    const handle = setTimeout(fire, Math.min(Math.max(ms, 0), longestTimeoutMs));
    return { clear: () => clearTimeout(handle) };
  },
  // All answers to one read leave together: nextTick runs after the read's callback and before the next read.
  soon: host.process?.nextTick ?? queueMicrotask.bind(globalThis),
  // An immediate costs the loop a look at its sockets, where a timer costs a millisecond.
  later(run) {
    if (host.setImmediate === undefined) return systemClock.timer(0, run);
    const handle = host.setImmediate(run);
    return { clear: () => host.clearImmediate?.(handle) };
  },
};

/** The machine's randomness: `crypto` for bytes. */
export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
};
