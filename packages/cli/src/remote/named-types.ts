import type { Types } from "@rpc/core/contract";

/** Names of the types that a part of a contract refers to, and those refer to, in the order they are met. */
export function namedTypesIn(part: unknown, types: Types): string[] {
  const found = new Set<string>();
  const waiting: unknown[] = [part];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (Array.isArray(value)) waiting.push(...[...value].reverse());
    else if (typeof value === "object" && value !== null) {
      for (const [key, held] of Object.entries(value).reverse()) {
        const name = key === "$ref" && typeof held === "string" ? held.replace(/^#\/types\//, "") : undefined;
        if (name === undefined) waiting.push(held);
        else if (types.has(name) && !found.has(name)) {
          found.add(name);
          waiting.push(types.get(name));
        }
      }
    }
  }
  return [...found];
}
