import type { CallOptions } from "../call.js";
import { RpcError } from "../errors.js";
import type { Limits } from "../limits.js";
import { IncomingStream } from "../stream/incoming-stream.js";

/**
 * A stream that a method answers with: `for await (const tick of quotes.ticks("A")) …`.
 *
 * The call is made when it is iterated, once. Leaving the loop cancels the call; an error ends it as `RpcError`, after
 * the items that came before. When the session is lost the error is `unavailable`, and `details.lastIndex` is the index
 * of the last item that came, from 0. Before the first item the call is sent again by itself as others are; after it,
 * never. It has no deadline unless `timeoutMs` is given with `$with`, or the call has one that it is made inside: then
 * for all of it.
 */
export interface RemoteStream<Item> extends AsyncIterable<Item> {
  [Symbol.asyncIterator](): AsyncIterator<Item, undefined>;
}

export interface RemoteStreamOptions {
  readonly name: string;
  readonly limits: Limits;
  readonly options: CallOptions;
  /** Makes the call; settles when the stream is over. */
  call(answer: IncomingStream, options: CallOptions): Promise<unknown>;
}

/** A stream whose call is made on the first and only iteration. */
export function createRemoteStream({
  name,
  limits,
  options,
  call,
}: RemoteStreamOptions): RemoteStream<unknown> {
  const controller = new AbortController();
  const outer = options.signal;
  const abort = () => controller.abort(outer?.reason);
  const incoming: IncomingStream = new IncomingStream({
    name,
    credit: { items: limits.streamCreditItems, bytes: limits.streamCreditBytes },
    started() {
      if (outer?.aborted === true) abort();
      else outer?.addEventListener("abort", abort);
      call(incoming, { ...options, timeoutMs: options.timeoutMs ?? Infinity, signal: controller.signal })
        .then(
          () => incoming.end(undefined),
          (error: unknown) => incoming.end({ error }),
        )
        .finally(() => outer?.removeEventListener("abort", abort));
    },
    left: () => controller.abort(new RpcError("cancelled", `${name}: its loop was left`)),
  });
  return incoming as RemoteStream<unknown>;
}
