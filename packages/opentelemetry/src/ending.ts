import { type Attributes, type Span, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { RpcError } from "@rpc/core";
import { names } from "./conventions.js";

// A server is not in the wrong when its callers are: the conventions count only these against it.
const serverFaults: ReadonlySet<string> = new Set([
  "unknown",
  "deadline_exceeded",
  "unimplemented",
  "internal",
  "unavailable",
  "data_loss",
]);

/** Writes how a call ended into its span, ends the span, and returns what its measurement says about it. */
export function endSpan(span: Span, kind: SpanKind, failure?: { readonly error: unknown }): Attributes {
  const attributes =
    failure === undefined ? { [names.statusCode]: "ok" } : describeFailure(span, kind, failure.error);
  span.setAttributes(attributes);
  span.end();
  const { [names.outcome]: _, ...measured } = attributes;
  return measured;
}

function describeFailure(span: Span, kind: SpanKind, error: unknown): Attributes {
  // Whatever is no RpcError reaches the caller as `internal`.
  const known = RpcError.is(error) ? error : undefined;
  const code = known?.code ?? "internal";
  const counts = kind === SpanKind.CLIENT || serverFaults.has(code);
  if (counts) {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({
      code: SpanStatusCode.ERROR,
      message: error instanceof Error ? error.message : String(error),
    });
  }
  return {
    [names.statusCode]: code,
    ...(counts ? { [names.errorType]: known === undefined ? typeOf(error) : code } : {}),
    ...(known === undefined ? {} : { [names.outcome]: known.outcome }),
  };
}

function typeOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
