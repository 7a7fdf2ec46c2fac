import type { Limits } from "../limits.js";
import { ByteSink } from "../wire/byte-sink.js";
import { encodeValue } from "../wire/values.js";

/**
 * Whether two answers of `authenticate` name the same caller, by what `scopeOf` takes from them.
 *
 * They are compared as once methods compare them: encoded. What cannot be encoded is the same only if it is the same
 * object, for a wrong yes would give somebody else's session away.
 */
export function isSameIdentity(
  one: unknown,
  other: unknown,
  { scopeOf, limits }: { readonly scopeOf: (identity: unknown) => unknown; readonly limits: Limits },
): boolean {
  if (Object.is(one, other)) return true;
  try {
    const [a, b] = [encode(scopeOf(one), limits), encode(scopeOf(other), limits)];
    return a.length === b.length && a.every((byte, index) => byte === b[index]);
  } catch {
    return false;
  }
}

function encode(value: unknown, limits: Limits): Uint8Array {
  const sink = new ByteSink(256);
  encodeValue(sink, value, limits);
  return sink.bytes.slice(0, sink.position);
}
