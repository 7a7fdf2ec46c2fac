/** How much a proof does: `short` in seconds, for every CI run; `full` in minutes. */
export type Size = "short" | "full";

/** One guarantee, tried under the faults that it speaks of. */
export interface Proof {
  /** What it is called on the command line. */
  readonly name: string;
  /** What it tries, in a user's words. */
  readonly what: string;
  /** Runs only when asked for by name, or with `--full`: its short form takes too long for every CI run. */
  readonly onRequest?: boolean;
  /** Tries it. A rejection is a guarantee that falls short, too. */
  run(size: Size): Promise<Findings>;
}

/** What a run of a proof found. */
export interface Findings {
  /** How much was tried, such as `1,000,000 calls, 1,000 cuts`. */
  readonly tried: string;
  readonly figures: readonly Figure[];
  /** What went wrong, a line each: printed when it falls short. */
  readonly notes?: readonly string[];
  /** A table for the docs, printed with `--markdown`. */
  readonly table?: string;
}

/** Something counted or measured, and what it must be. Without a bound it is only told. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** Whether a figure is what it must be. What could not be measured is not. */
export function isHeld({ value, atLeast = -Infinity, atMost = Infinity }: Figure): boolean {
  return value >= atLeast && value <= atMost;
}

/** A figure that must be 0. */
export function none(name: string, value: number): Figure {
  return { name, value, atMost: 0 };
}

/** A figure that shows the faults were there: a run in which nothing went wrong shows nothing. */
export function some(name: string, value: number): Figure {
  return { name, value, atLeast: 1 };
}
