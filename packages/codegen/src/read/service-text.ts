import type { ServiceContract, TypeSchema } from "@rpc/core/contract";
import { compare } from "../compare.js";
import type { ServiceDraft } from "./service.js";

/** What a contract says, with or without its hashes. */
export interface Described {
  readonly services: Readonly<Record<string, ServiceDraft | ServiceContract>>;
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

/** Parts of a contract as canonical JSON, without docs and hashes: what hashes are made of. */
export interface ContractTexts {
  readonly types: ReadonlyMap<string, string>;
  /** Members and errors of each service. */
  readonly services: ReadonlyMap<string, string>;
  /** Each service with its name and the types it reaches: what its own hash is made of, and what a client tells. */
  readonly whole: ReadonlyMap<string, string>;
}

/** Text and references of parts of contracts, which must not change while they are known here. */
export type KnownWords = WeakMap<object, Words>;

interface Words {
  readonly text: string;
  readonly references: ReadonlySet<string>;
}

/**
 * Puts the parts of a contract into words; each is turned into text once, however many services reach it, and not at all if
 * it is among `known`.
 */
export function contractTexts(contract: Described, known: KnownWords = new WeakMap()): ContractTexts {
  const wordsOf = (part: object) => {
    const words = known.get(part) ?? readWords(part);
    known.set(part, words);
    return words;
  };
  const textsOf = (parts: Described["services" | "types"]) =>
    new Map(Object.entries(parts).map(([name, part]) => [name, wordsOf(part).text]));
  const [services, types] = [textsOf(contract.services), textsOf(contract.types)];
  const references = new Map(
    Object.entries(contract.types).map(([name, schema]) => [name, wordsOf(schema).references]),
  );
  const whole = Object.entries(contract.services).map(([name, service]) => {
    const reached = [...reachedFrom(wordsOf(service).references, references)].map(
      (type) => [type, types.get(type)!] as const,
    );
    const text = `{"name":${JSON.stringify(name)},"service":${services.get(name)},"types":${objectText(reached)}}`;
    return [name, text] as const;
  });
  return { types, services, whole: new Map(whole) };
}

/** JSON of an object whose values are JSON already, by name. */
export function objectText(parts: Iterable<readonly [string, string]>): string {
  const sorted = [...parts].sort(([a], [b]) => compare(a, b));
  return `{${sorted.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
}

function readWords(part: object): Words {
  // A service may have its hash already, which is made of this.
  const { hash: _, ...rest }: { readonly hash?: unknown } = part;
  return { text: textWithoutDocs(rest, false), references: referencesOf(rest) };
}

// Canonical JSON, of which the docs are left out in the same pass: it is made of every part of every contract.
function textWithoutDocs(value: unknown, keysAreNames: boolean): string {
  if (Array.isArray(value)) return `[${value.map((item) => textWithoutDocs(item, false)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const part = value as Record<string, unknown>;
  const parts: string[] = [];
  for (const key of Object.keys(part).sort()) {
    const inner = part[key];
    if (inner === undefined || (!keysAreNames && docs.has(key))) continue;
    parts.push(`${JSON.stringify(key)}:${textWithoutDocs(inner, !keysAreNames && names.has(key))}`);
  }
  return `{${parts.join(",")}}`;
}

/** Names of the types that a part of a contract refers to. */
export function referencesOf(value: unknown, found: Set<string> = new Set()): Set<string> {
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
