import { UsageError } from "../exit-codes.js";

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Reads a duration such as `500ms`, `5s`, `2m` or `1h`, in milliseconds. Throws `UsageError` for anything else. */
export function parseDuration(flag: string, text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Math.round(Number(count) * units[unit as keyof typeof units]);
  if (!(ms >= 1) || ms > 2 ** 31 - 1)
    throw new UsageError(`${flag}: expected a duration such as 500ms, 5s or 2m; got ${JSON.stringify(text)}`);
  return ms;
}

/** Reads a whole number of at least 1. Throws `UsageError` for anything else. */
export function parseCount(flag: string, text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1)
    throw new UsageError(`${flag}: expected a whole number of at least 1, got ${JSON.stringify(text)}`);
  return count;
}
