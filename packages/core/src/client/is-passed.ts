import { isAsyncIterable } from "../stream/is-async-iterable.js";

/** Whether an argument is passed as a callback or a stream instead of as a value. */
export function isPassedParameter(value: unknown): boolean {
  return typeof value === "function" || isAsyncIterable(value);
}

/** Whether any of these arguments is. Asked of every call, so without a closure. */
export function isPassed(args: readonly unknown[]): boolean {
  for (let index = 0; index < args.length; index++) if (isPassedParameter(args[index])) return true;
  return false;
}
