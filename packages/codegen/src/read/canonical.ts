import { compare } from "../compare.js";

/** A copy of plain data whose keys are in order of code units, all the way down. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => compare(a, b));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]));
}

/** Plain data as one line of JSON; equal data, equal text. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(canonical(value));
}
