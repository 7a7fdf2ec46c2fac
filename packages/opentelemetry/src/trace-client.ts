import { type Context, context, propagation, SpanKind, trace } from "@opentelemetry/api";
import type { Interceptor, Metadata } from "@rpc/core";
import { describeCall, names, spanName } from "./conventions.js";
import { endSpan } from "./ending.js";
import { createInstruments, type TelemetryOptions } from "./telemetry.js";

/** Bytes of trace context that one call may carry: a quarter of the default `maxMetadataBytes`, so it breaks no call. */
const maxCarriedBytes = 2_048;

/**
 * Creates the interceptor for `connect`: a span and a measurement for each call, and its trace context in the metadata.
 *
 * A call is timed from the program's call until it settles, with retries and waiting; a stream until its end.
 */
export function traceClient(options: TelemetryOptions = {}): Interceptor {
  const { kind, tracer, attributes, duration } = createInstruments(
    SpanKind.CLIENT,
    names.clientDuration,
    options,
  );
  return async (call, next) => {
    const described = describeCall(call, attributes);
    const parent = context.active();
    const span = tracer.startSpan(spanName(call), { kind, attributes: described }, parent);
    const inside = trace.setSpan(parent, span);
    const start = performance.now();
    const end = (failure?: { readonly error: unknown }) => {
      const ending = endSpan(span, kind, failure);
      duration().record((performance.now() - start) / 1_000, { ...described, ...ending }, inside);
    };
    try {
      const metadata = { ...call.metadata, ...carry(inside) };
      const result = await context.with(inside, next, undefined, { ...call, metadata });
      end();
      return result;
    } catch (error) {
      end({ error });
      throw error;
    }
  };
}

// In the order in which propagators write: `traceparent` first. What does not fit stays behind.
function carry(inside: Context): Metadata {
  const carrier: Record<string, string> = {};
  propagation.inject(inside, carrier);
  let left = maxCarriedBytes;
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(carrier)) {
    left -= Buffer.byteLength(name) + Buffer.byteLength(value);
    if (left >= 0) kept[name] = value;
  }
  return kept;
}
