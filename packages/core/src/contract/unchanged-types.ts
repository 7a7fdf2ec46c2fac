import type { TypeSchema } from "../service/contract.js";
import { referredName, type Types } from "./schema.js";

/**
 * Names of the types that are word for word the same in two contracts, with all that they refer to.
 *
 * In most comparisons that is nearly everything, and none of it needs a look at its structure.
 */
export function findUnchangedTypes(old: Types, now: Types): ReadonlySet<string> {
  const unchanged = new Set<string>();
  const users = new Map<string, string[]>();
  const changed: string[] = [];
  for (const [name, type] of old) {
    const text = textOf(type);
    const other = now.get(name);
    if (text === undefined || other === undefined || text !== textOf(other)) {
      changed.push(name);
      continue;
    }
    unchanged.add(name);
    for (const used of namesIn(text)) {
      if (!old.has(used)) changed.push(used);
      const known = users.get(used);
      if (known === undefined) users.set(used, [name]);
      else known.push(name);
    }
  }
  while (changed.length > 0) {
    for (const user of users.get(changed.pop()!) ?? []) if (unchanged.delete(user)) changed.push(user);
  }
  return unchanged;
}

/** Whether two types are word for word the same and refer to unchanged ones only. */
export function isUnchanged(old: TypeSchema, now: TypeSchema, unchanged: ReadonlySet<string>): boolean {
  const name = referredName(old);
  // What stands beside a reference says nothing of values.
  if (name !== undefined && old.$ref === now.$ref) return unchanged.has(name);
  const text = textOf(old);
  return text !== undefined && text === textOf(now) && namesIn(text).every((name) => unchanged.has(name));
}

function namesIn(text: string): string[] {
  return Array.from(text.matchAll(/"\$ref":("#\/types\/(?:[^"\\]|\\.)*")/g), ([, quoted]) =>
    (JSON.parse(quoted!) as string).slice("#/types/".length),
  );
}

// A type off the wire may nest deeper than the stack allows: then it counts as changed.
function textOf(type: TypeSchema): string | undefined {
  try {
    return JSON.stringify(type);
  } catch {
    return undefined;
  }
}
