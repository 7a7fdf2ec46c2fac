import type { Call } from "./call.js";

/**
 * A function around a call, on either side: logging, metrics, authorisation, a retry.
 *
 * It may look, wait, change what `next` is given, answer by itself, or throw. On the client `next` sends the call; on
 * the server it runs the method. The first of a list is the outermost. Of a stream, `next` settles at its end on the
 * client, and resolves to the method's iterable on the server.
 */
export type Interceptor<Seen extends Call = Call> = (
  call: Seen,
  next: (call: Seen) => Promise<unknown>,
) => Promise<unknown>;

/** Folds a list into one function around `last`; with an empty list that is `last` itself. */
export function intercept<Seen extends Call>(
  interceptors: readonly Interceptor<Seen>[],
  last: (call: Seen) => Promise<unknown>,
): (call: Seen) => Promise<unknown> {
  return interceptors.reduceRight<(call: Seen) => Promise<unknown>>(
    (next, interceptor) => async (call) => interceptor(call, next),
    last,
  );
}
