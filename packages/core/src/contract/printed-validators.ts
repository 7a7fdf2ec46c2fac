import { isObject as isObjectType } from "./check-object.js";

/**
 * Checks that `rpc generate` printed for one contract: what `serve` takes as `validators`.
 *
 * They say yes sooner than what is made of the contract at run time, and yes to nothing else. To what they say no to,
 * that says why.
 */
export interface Validators {
  /** Hash of the contract. */
  readonly contract: string;
  /** Checks of its named types. */
  // biome-ignore lint/suspicious/noExplicitAny: printed code looks into values of every type
  readonly types: Readonly<Record<string, (value: any) => boolean>>;
  /** Checks of the arguments of its methods, by `Service.method`; absent where there is nothing to check. */
  // biome-ignore lint/suspicious/noExplicitAny: printed code looks into values of every type
  readonly arguments: Readonly<Record<string, (args: readonly any[]) => boolean>>;
}

/** Tells what an object type takes from arrays, dates, maps and their like. No type guard: printed code looks on as it is. */
export const isObject: (value: unknown) => boolean = isObjectType;
