import type { ServiceContract, TypeSchema } from "@rpc/core/contract";
import { compare } from "../compare.js";
import type { PrintedParts } from "../print/contract.js";
import type { NamedType } from "../schema/named-types.js";
import type { ServiceDraft } from "./service.js";
import type { Described, KnownWords } from "./service-text.js";
import { settleUnions } from "./unions.js";

/** Parts of a contract as they are in it, by what they were read as, and the names that hold in them. */
export interface Settled {
  readonly names: ReadonlyMap<number, string>;
  readonly parts: WeakMap<object, object>;
  /** What the settled parts are in words. */
  readonly words: KnownWords;
  /** Services with their hashes. */
  readonly services: WeakMap<ServiceDraft, ServiceContract>;
  readonly printed: PrintedParts;
}

/** What was read of a project, before anything has its name. */
export interface Drafts {
  readonly services: readonly (readonly [string, ServiceDraft])[];
  readonly types: ReadonlyMap<number, NamedType>;
  readonly names: ReadonlyMap<number, string>;
}

/** What an earlier run settled, as far as it holds still: nothing where a type has another name now. */
export function stillSettled(past: Settled | undefined, names: ReadonlyMap<number, string>): Settled {
  const holds = past && [...past.names].every(([number, name]) => (names.get(number) ?? name) === name);
  if (holds) return { ...past, names };
  return {
    names,
    parts: new WeakMap(),
    words: new WeakMap(),
    services: new WeakMap(),
    printed: new WeakMap(),
  };
}

/**
 * Gives every reference its name and every union its order.
 *
 * Without `settled` in place, for all of it was made by this run. With it, what was read stays as it is and what comes of it
 * is kept there: the same draft gives the same part.
 */
export function settle({ services, types, names }: Drafts, settled: Settled | undefined): Described {
  const known = (part: object) => settled?.parts.get(part);
  const renamed = <Part>(part: Part): Part => {
    const own = settled ? copyOf(part) : part;
    renameReferences(own, names);
    return own;
  };
  const named = [...types]
    .map(([number, { schema }]) => [names.get(number)!, schema] as const)
    .sort(([a], [b]) => compare(a, b));
  const byName: Record<string, TypeSchema> = Object.fromEntries(
    named.map(([name, schema]) => [name, (known(schema) as TypeSchema | undefined) ?? renamed(schema)]),
  );
  const finish = <Part extends object>(part: Part, under: Part): Part => {
    const met = known(part);
    if (met !== undefined) return met as Part;
    const made = settleUnions(under, byName);
    settled?.parts.set(part, made);
    return made;
  };
  return {
    types: Object.fromEntries(named.map(([name, schema]) => [name, finish(schema, byName[name]!)])),
    services: Object.fromEntries(
      [...services]
        .sort(([a], [b]) => compare(a, b))
        .map(([name, draft]) => [name, known(draft) ? finish(draft, draft) : finish(draft, renamed(draft))]),
    ),
  };
}

const prefix = "#/types/";

// A part may be reached twice, and has its name by then.
function renameReferences(value: unknown, names: ReadonlyMap<number, string>): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) renameReferences(item, names);
    return;
  }
  const part = value as Record<string, unknown>;
  for (const key in part) {
    const inner = part[key];
    if (key !== "$ref" || typeof inner !== "string") renameReferences(inner, names);
    else if (!inner.startsWith(prefix)) part[key] = prefix + names.get(Number(inner.slice(1)));
  }
}

function copyOf<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  const copy: Record<string, unknown> = {};
  // Names of the user's are among the keys; `__proto__` is refused before.
  for (const key in value) copy[key] = copyOf(value[key]);
  return copy as Value;
}
