import type { TypeSchema } from "../service/contract.js";
import type { Mismatch } from "./pair.js";
import { type Profile, type RuleId, type Severity, severityOf } from "./rules.js";
import { typeText } from "./type-text.js";

/** One difference between two contracts. */
export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  /** Where it is: a member, one of its parameters, or a property of a named type. */
  readonly path: string;
  /** The members it concerns, as `Person.changeName`, sorted. Empty for services and names. */
  readonly members: readonly string[];
  /** The type before, as text; absent where there was none. */
  readonly before?: string;
  /** The type now. */
  readonly after?: string;
  /** What it means for a client, in a sentence. */
  readonly message: string;
}

const order: readonly Severity[] = ["breaking", "dangerous", "safe"];

/** Findings under way: what several members meet in one type is one finding. */
export class FindingList {
  readonly #profile: Profile;
  readonly #findings = new Map<string, Omit<Finding, "members"> & { readonly members: Set<string> }>();

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  add(
    rule: RuleId,
    path: string,
    members: readonly string[],
    before: TypeSchema | undefined,
    after: TypeSchema | undefined,
    message: string,
  ): void {
    const key = `${rule}\n${path}\n${message}`;
    const known = this.#findings.get(key);
    if (known !== undefined) {
      for (const member of members) known.members.add(member);
      return;
    }
    this.#findings.set(key, {
      rule,
      severity: severityOf(rule, this.#profile),
      path,
      members: new Set(members),
      ...(before !== undefined && { before: typeText(before) }),
      ...(after !== undefined && { after: typeText(after) }),
      message,
    });
  }

  /** Adds what was found in the types of a member. */
  addAll(member: string, mismatches: readonly Mismatch[]): void {
    for (const { rule, path, before, after, message } of mismatches)
      this.add(rule, path, [member], before, after, message);
  }

  list(): readonly Finding[] {
    return [...this.#findings.values()]
      .map((finding) => ({ ...finding, members: [...finding.members].sort() }))
      .sort(
        (a, b) =>
          order.indexOf(a.severity) - order.indexOf(b.severity) ||
          compareText(a.path, b.path) ||
          compareText(a.rule, b.rule),
      );
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
