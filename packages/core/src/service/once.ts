/** How a method remembers what it did: `@expose({ once: { windowMs: 300_000 } })`. */
export interface OnceOptions {
  /** Milliseconds for which a key and its outcome are remembered, counted from the outcome. */
  readonly windowMs: number;
}

/** Most bytes of a key, in UTF-8. */
export const maxKeyBytes = 128;

const utf8 = new TextEncoder();

/** Tells why `key` can be no key of a once call; undefined when it can. */
export function refuseKey(key: unknown): string | undefined {
  if (typeof key === "string" && key.length > 0 && utf8.encode(key).length <= maxKeyBytes) return undefined;
  return `expected a key of 1 to ${maxKeyBytes} bytes, made once for what is to be done and kept by the caller`;
}

/** Throws `TypeError` for a window that makes no sense. */
export function checkOnce(property: string, once: OnceOptions | undefined): void {
  if (once === undefined || (Number.isFinite(once.windowMs) && once.windowMs > 0)) return;
  throw new TypeError(
    `@expose on ${property}: once expects { windowMs } above 0, such as { windowMs: 300_000 }`,
  );
}
