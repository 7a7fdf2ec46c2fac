import { type Attributes, type Context, context, propagation, SpanKind, trace } from "@opentelemetry/api";
import type { CallContext, Interceptor } from "@rpc/core";
import { describeCall, names, spanName } from "./conventions.js";
import { endSpan } from "./ending.js";
import { createInstruments, type TelemetryOptions } from "./telemetry.js";

/**
 * Creates the interceptor for `serve`: a span and a measurement for each call that runs, as a child of its caller's span.
 *
 * The method runs inside the span, so what it traces is a child of it, given a context manager. Calls refused before
 * they run, such as those of a method that does not exist, are seen at the client only.
 */
export function traceServer(options: TelemetryOptions = {}): Interceptor<CallContext> {
  const { kind, tracer, attributes, duration } = createInstruments(
    SpanKind.SERVER,
    names.serverDuration,
    options,
  );
  return async (call, next) => {
    const described = describeCall(call, attributes);
    const parent = propagation.extract(context.active(), call.metadata);
    const span = tracer.startSpan(
      spanName(call),
      { kind, attributes: { ...described, ...describePeer(call) } },
      parent,
    );
    const inside = trace.setSpan(parent, span);
    const start = performance.now();
    const end = (failure?: { readonly error: unknown }) => {
      const ending = endSpan(span, kind, failure);
      duration().record((performance.now() - start) / 1_000, { ...described, ...ending }, inside);
    };
    try {
      const result = await context.with(inside, next, undefined, call);
      if (isAsyncIterable(result)) return followStream(result, inside, end);
      end();
      return result;
    } catch (error) {
      end({ error });
      throw error;
    }
  };
}

// Of the span only: a metric for each client's port would never end.
function describePeer({ peer }: CallContext): Attributes {
  const match = /^(.*):(\d+)$/.exec(peer?.address ?? "");
  if (match === null) return {};
  return { [names.clientAddress]: match[1]!.replace(/^\[|\]$/g, ""), [names.clientPort]: Number(match[2]) };
}

/** Yields what a stream's method yields, inside its span, and ends the span with it. */
function followStream(
  stream: AsyncIterable<unknown>,
  inside: Context,
  end: (failure?: { readonly error: unknown }) => void,
): AsyncIterable<unknown> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = stream[Symbol.asyncIterator]();
      const step = async (take: () => Promise<IteratorResult<unknown>>) => {
        try {
          const result = await context.with(inside, take);
          if (result.done === true) end();
          return result;
        } catch (error) {
          end({ error });
          throw error;
        }
      };
      return {
        next: () => step(() => iterator.next()),
        return: (value?: unknown) =>
          step(async () => (await iterator.return?.(value)) ?? { done: true as const, value }),
      };
    },
  };
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
