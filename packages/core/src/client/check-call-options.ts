import type { CallOptions, Metadata } from "../call.js";
import { checkOptions, describeValue } from "../service/names.js";
import { refuseKey } from "../service/once.js";

const optionNames = ["timeoutMs", "signal", "metadata", "idempotent", "key", "context"];

/** Checks what `$with` was given; throws `TypeError`. A peer takes what is malformed here for a broken protocol. */
export function checkCallOptions(options: CallOptions): void {
  checkOptions("$with", options, optionNames);
  const { key, metadata, signal } = options;
  const wrong =
    (key === undefined ? undefined : refuseKey(key)) ??
    (metadata === undefined ? undefined : refuseMetadata(metadata)) ??
    (signal === undefined ? undefined : refuseSignal(signal));
  if (wrong !== undefined) throw new TypeError(`$with: ${wrong}`);
}

/** Tells why `metadata` cannot travel; undefined when it can. */
export function refuseMetadata(metadata: Metadata): string | undefined {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata))
    return `metadata must be an object whose values are strings, got ${describeValue(metadata)}`;
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== "string")
      return `metadata.${name} must be a string, got ${describeValue(value)}; leave it out if there is none`;
  }
  return undefined;
}

// Not by its class alone: a polyfill, or another realm, has one of its own.
function refuseSignal(signal: Partial<AbortSignal> | null): string | undefined {
  const isSignal = typeof signal?.aborted === "boolean" && typeof signal.addEventListener === "function";
  return isSignal
    ? undefined
    : `signal must be an AbortSignal, such as new AbortController().signal; got ${describeValue(signal)}`;
}
