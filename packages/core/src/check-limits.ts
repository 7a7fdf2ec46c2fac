import { deepest, leastLimits } from "./limit-bounds.js";
import type { Limits } from "./limits.js";
import { describeValue } from "./service/names.js";

/** Credit travels in 32 bits. */
const mostCredit = 2 ** 32 - 1;

/** Returns `given` over `known`. Throws `TypeError` for a name that is not known or a bad number. */
export function checkLimitsOf(known: Limits, given: Partial<Limits> = {}): Limits {
  if (typeof given !== "object" || given === null)
    throw new TypeError(`limits must be an object, got ${describeValue(given)}`);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, name)) {
      throw new TypeError(`unknown limit ${name}; known are ${Object.keys(known).join(", ")}`);
    }
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new TypeError(
        `limit ${name} must be a whole number of at least 1, got ${typeof value === "number" ? value : describeValue(value)}`,
      );
    }
    const least = name in leastLimits ? leastLimits[name as keyof typeof leastLimits] : 1;
    if (value < least) throw new TypeError(`limit ${name} must be at least ${least}, got ${value}`);
    const most =
      name === "maxDepth"
        ? deepest
        : name.startsWith("subscriptionCredit")
          ? mostCredit
          : Number.MAX_SAFE_INTEGER;
    if (value > most) throw new TypeError(`limit ${name} must be at most ${most}, got ${value}`);
  }
  return { ...known, ...given };
}
