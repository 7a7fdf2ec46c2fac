import { createHash } from "node:crypto";
import type { Contract, TypeSchema } from "@rpc/core/contract";
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
  const services = Object.entries(draft.services).map(([name, service]) => {
    const types = reachedFrom(service, draft.types);
    return [name, { ...service, hash: hashOf({ name, service, types }) }] as const;
  });
  const whole = { rpcContract: 1 as const, name: draft.name };
  return {
    ...whole,
    hash: hashOf({ ...whole, services: draft.services, types: draft.types }),
    services: Object.fromEntries(services),
    types: draft.types,
  };
}

function hashOf(value: unknown): string {
  return `sha256-${createHash("sha256")
    .update(canonicalText(withoutDocs(value, false)))
    .digest("base64url")}`;
}

function withoutDocs(value: unknown, keysAreNames: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutDocs(item, false));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => keysAreNames || !docs.has(key));
  return Object.fromEntries(
    kept.map(([key, inner]) => [key, withoutDocs(inner, !keysAreNames && names.has(key))]),
  );
}

function reachedFrom(
  value: unknown,
  types: ContractDraft["types"],
  found: Record<string, TypeSchema> = {},
): typeof found {
  if (typeof value !== "object" || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    if (key !== "$ref" || typeof inner !== "string") {
      reachedFrom(inner, types, found);
      continue;
    }
    const name = inner.slice("#/types/".length);
    if (Object.hasOwn(found, name)) continue;
    found[name] = types[name]!;
    reachedFrom(types[name], types, found);
  }
  return found;
}
