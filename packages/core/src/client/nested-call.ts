import type { CallContext, CallOptions, Metadata } from "../call.js";

/** Trace context, and the turns of serial methods that a call is made from. */
const inherited = ["traceparent", "tracestate"];

/**
 * What a call made inside another inherits from it: the time left, the signal, and the trace; what the call asks for
 * itself goes first, but never beyond the time left.
 */
export function inherit(
  options: CallOptions,
  context: CallContext,
  timeoutMs: number,
): CallOptions & { readonly timeoutMs: number } {
  const signal =
    options.signal === undefined ? context.signal : AbortSignal.any([options.signal, context.signal]);
  return {
    ...options,
    signal,
    timeoutMs: Math.min(timeoutMs, context.timeLeftMs),
    metadata: inheritMetadata(options, context),
  };
}

function inheritMetadata({ metadata }: CallOptions, context: CallContext): Metadata {
  const names = inherited.filter((name) => Object.hasOwn(context.metadata, name));
  const trace = Object.fromEntries(names.map((name) => [name, context.metadata[name]!]));
  return { ...trace, ...context.nestedMetadata, ...metadata };
}
