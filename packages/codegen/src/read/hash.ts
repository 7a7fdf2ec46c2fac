import { createHash } from "node:crypto";
import type { Contract, TypeSchema } from "@rpc/core/contract";
import { compare } from "../compare.js";
import { canonicalText } from "./canonical.js";
import type { ServiceDraft } from "./service.js";

/** A contract without its hashes. */
export interface ContractDraft {
  readonly name: string;
  readonly services: Readonly<Record<string, ServiceDraft>>;
  readonly types: Readonly<Record<string, TypeSchema>>;
}

// What people read and the wire does not know.
const docs = new Set([
  "doc",
  "description",
  "deprecated",
  "x-deprecated",
  "readOnly",
  "x-readonly",
  "x-labels",
]);

// Below these, keys are names that somebody chose, and may well be "description".
const names = new Set(["services", "members", "errors", "types", "properties", "x-enum"]);

/** Completes a contract with its hashes: of each service with the types it reaches, and of the whole. Docs do not count. */
export function hashContract(draft: ContractDraft): Contract {
  const services = textsOf(draft.services);
  const types = textsOf(draft.types);
  const references = new Map(
    Object.entries(draft.types).map(([name, schema]) => [name, referencesOf(schema)]),
  );
  const hashed = Object.entries(draft.services).map(([name, service]) => {
    const reached = [...reachedFrom(referencesOf(service), references)].map(
      (type) => [type, types.get(type)!] as const,
    );
    const text = `{"name":${JSON.stringify(name)},"service":${services.get(name)},"types":${objectText(reached)}}`;
    return [name, { ...service, hash: hashOf(text) }] as const;
  });
  const name = JSON.stringify(draft.name);
  const whole = `{"name":${name},"rpcContract":1,"services":${objectText(services)},"types":${objectText(types)}}`;
  return {
    rpcContract: 1,
    name: draft.name,
    hash: hashOf(whole),
    services: Object.fromEntries(hashed),
    types: draft.types,
  };
}

// Each part is turned into text once, however many services reach it.
function textsOf(parts: Readonly<Record<string, unknown>>): Map<string, string> {
  return new Map(
    Object.entries(parts).map(([name, part]) => [name, canonicalText(withoutDocs(part, false))]),
  );
}

function objectText(parts: Iterable<readonly [string, string]>): string {
  const sorted = [...parts].sort(([a], [b]) => compare(a, b));
  return `{${sorted.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64url")}`;
}

function withoutDocs(value: unknown, keysAreNames: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutDocs(item, false));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => keysAreNames || !docs.has(key));
  return Object.fromEntries(
    kept.map(([key, inner]) => [key, withoutDocs(inner, !keysAreNames && names.has(key))]),
  );
}

function referencesOf(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (typeof value !== "object" || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "$ref" && typeof inner === "string") found.add(inner.slice("#/types/".length));
    else referencesOf(inner, found);
  }
  return found;
}

function reachedFrom(
  first: ReadonlySet<string>,
  references: ReadonlyMap<string, ReadonlySet<string>>,
): Set<string> {
  const reached = new Set(first);
  // What is added while it is walked is walked too.
  for (const name of reached) for (const next of references.get(name) ?? []) reached.add(next);
  return reached;
}
