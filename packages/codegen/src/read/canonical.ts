import { compare } from "../compare.js";

/** A copy of plain data whose keys are in order of code units, all the way down. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => compare(a, b));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]));
}

/** Plain data as one line of JSON; equal data, equal text. Made without a copy, for this is done for every type. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const holder = value as Record<string, unknown>;
  const keys = Object.keys(holder).filter((key) => holder[key] !== undefined);
  return `{${keys
    .sort(compare)
    .map((key) => `${JSON.stringify(key)}:${canonicalText(holder[key])}`)
    .join(",")}}`;
}
