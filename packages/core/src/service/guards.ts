import { releaseKey } from "../callback/release.js";
import type { RpcError } from "../errors.js";

/** A function that another process passed. */
export type Callback = (...args: unknown[]) => Promise<unknown>;

/**
 * A stream whose items are looked at on their way: at the first that `refuse` has an error for, the source is left and
 * the error thrown.
 */
export function guardItems(
  source: AsyncIterable<unknown>,
  refuse: (item: unknown, index: number) => RpcError | undefined,
): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]() {
      const inner = source[Symbol.asyncIterator]();
      let index = 0;
      const look = async (result: IteratorResult<unknown>): Promise<IteratorResult<unknown>> => {
        const error = result.done === true ? undefined : refuse(result.value, index++);
        if (error === undefined) return result;
        await inner.return?.();
        throw error;
      };
      return {
        next: () => inner.next().then(look),
        return: async (value) => (await inner.return?.(value)) ?? { done: true, value },
      };
    },
  };
}

/** A callback that is called only with what `refuseArguments` lets pass, and gives only what `refuseResult` does. */
export function guardCallback(
  callback: Callback,
  refuseArguments: (args: readonly unknown[]) => RpcError | undefined,
  refuseResult: (value: unknown) => RpcError | undefined,
): Callback {
  const guarded: Callback = async (...args) => {
    const wrong = refuseArguments(args);
    if (wrong !== undefined) throw wrong;
    const value = await callback(...args);
    const error = refuseResult(value);
    if (error !== undefined) throw error;
    return value;
  };
  const within: unknown = Reflect.get(callback, "$with");
  return Object.assign(guarded, {
    [releaseKey]: Reflect.get(callback, releaseKey),
    ...(typeof within === "function" && {
      $with: (options: unknown) => guardCallback(within(options), refuseArguments, refuseResult),
    }),
  });
}
