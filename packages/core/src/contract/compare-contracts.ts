import type { Contract, TypeSchema } from "../service/contract.js";
import { AlternativesReader } from "./alternatives.js";
import { compareMembers } from "./compare-members.js";
import type { Comparison } from "./compare-type.js";
import { type Finding, FindingList } from "./findings.js";
import { ObjectReader } from "./object-reader.js";
import type { Profile } from "./rules.js";
import { isRecord, readTypes } from "./schema.js";
import { TooComplex, TypeGraph } from "./type-graph.js";
import { findUnchangedTypes } from "./unchanged-types.js";

/** How contracts are compared. */
export interface CompareOptions {
  /** `wire`, the default: running old clients with the new server. `source`: also programs compiled against the new client. */
  readonly profile?: Profile;
  /** Bounds the work. Default 100,000,000 steps: some ten seconds, which thousands of methods over types that all refer to each other need. */
  readonly maxSteps?: number;
}

/** A contract as far as it is compared; it may come from anywhere, and is read with care. */
export type ComparableContract = Pick<Contract, "services" | "types">;

const defaultSteps = 100_000_000;

/**
 * Compares two contracts for what clients of the old one meet at a server of the new one.
 *
 * Inputs must take all that they took, outputs give nothing that was not known; callbacks turn around. Types are
 * compared by structure and position, so names of types and parameters do not matter. Findings come by severity, then
 * by path.
 */
export function compareContracts(
  before: ComparableContract,
  after: ComparableContract,
  options: CompareOptions = {},
): readonly Finding[] {
  const { profile = "wire", maxSteps = defaultSteps } = options;
  const findings = new FindingList(profile);
  const [old, now] = [servicesOf(before), servicesOf(after)];
  const comparison = createComparison(before.types, after.types, maxSteps);
  for (const [name, service] of old) {
    const other = now.get(name);
    if (other === undefined)
      findings.add("service-removed", name, [], undefined, undefined, `the service ${name} is gone`);
    else bounded(findings, name, () => compareMembers(findings, comparison, name, service, other));
  }
  for (const name of now.keys()) {
    if (!old.has(name))
      findings.add("service-added", name, [], undefined, undefined, `the service ${name} is new`);
  }
  compareNames(findings, before.types, after.types);
  return findings.list();
}

function createComparison(before: unknown, after: unknown, maxSteps: number): Comparison {
  const [old, now] = [readTypes(before), readTypes(after)];
  const unchanged = findUnchangedTypes(old, now);
  const objects = new ObjectReader();
  const readers = { old: new AlternativesReader(old), new: new AlternativesReader(now), objects };
  const turned = { old: readers.new, new: readers.old, objects };
  // The way back tells whether anything was widened or narrowed when nothing is wrong.
  return {
    forth: new TypeGraph(readers, unchanged, maxSteps),
    back: new TypeGraph(turned, unchanged, maxSteps),
    unchanged,
    now: readers.new,
  };
}

function bounded(findings: FindingList, name: string, compare: () => void): void {
  try {
    compare();
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    findings.add(
      "too-complex",
      name,
      [],
      undefined,
      undefined,
      `the types of ${name} take too much work to compare; give deeply nested parts names`,
    );
  }
}

function servicesOf({ services }: ComparableContract): Map<string, Readonly<Record<string, unknown>>> {
  const given: unknown = services;
  const entries = Object.entries(isRecord(given) ? given : {});
  return new Map(entries.map(([name, service]) => [name, isRecord(service) ? service : {}]));
}

function compareNames(
  findings: FindingList,
  before: Readonly<Record<string, TypeSchema>>,
  after: Readonly<Record<string, TypeSchema>>,
): void {
  const now = readTypes(after);
  for (const [name, type] of readTypes(before)) {
    if (!now.has(name))
      findings.add("type-removed", name, [], type, undefined, `no type is named ${name} any more`);
  }
}
