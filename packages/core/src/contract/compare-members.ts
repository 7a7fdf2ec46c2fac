import type { TypeSchema } from "../service/contract.js";
import { compareParams } from "./compare-params.js";
import { type ComparedMember, type Comparison, compareType, type Description } from "./compare-type.js";
import type { FindingList } from "./findings.js";
import { isRecord, toSchema } from "./schema.js";

/** Compares the members of one service. */
export function compareMembers(
  findings: FindingList,
  comparison: Comparison,
  service: string,
  before: Description,
  after: Description,
): void {
  const [old, now] = [membersOf(before), membersOf(after)];
  if (before["doc"] !== after["doc"])
    findings.add("docs-changed", service, [], undefined, undefined, `the doc comment of ${service} changed`);
  const renamed = renamedMembers(now);
  const found = new Set<string>();
  for (const [key, member] of old) {
    const name = `${service}.${key}`;
    const newKey = now.has(key) ? key : renamed.get(key);
    if (newKey === undefined) {
      findings.add("member-removed", name, [name], undefined, undefined, `${name} is gone`);
      continue;
    }
    found.add(newKey);
    const other = now.get(newKey)!;
    compareNames({ name, findings, comparison, before: member, after: other }, `${service}.${newKey}`);
    compareMember({ name, findings, comparison, before: member, after: other }, before, after);
  }
  for (const key of now.keys()) {
    const name = `${service}.${key}`;
    if (!found.has(key)) findings.add("member-added", name, [name], undefined, undefined, `${name} is new`);
  }
}

/** Names that members had, and what they are called now. */
function renamedMembers(members: ReadonlyMap<string, Description>): ReadonlyMap<string, string> {
  return new Map([...members].flatMap(([key, member]) => formerly(member).map((former) => [former, key])));
}

function formerly(member: Description): readonly string[] {
  const names = member["formerly"];
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

function compareNames({ name, findings, before, after }: ComparedMember, newName: string): void {
  if (newName !== name) {
    const message = `${name} is called ${newName} now, and still reached by its old name`;
    findings.add("member-renamed", name, [name], undefined, undefined, message);
  }
  const kept = formerly(after);
  for (const gone of formerly(before).filter((former) => !kept.includes(former))) {
    const message = `${name} is no longer reached as ${gone}: clients that know it by that name are older than this comparison`;
    findings.add("former-name-removed", name, [name], undefined, undefined, message);
  }
}

function compareMember(member: ComparedMember, oldService: Description, newService: Description): void {
  const { name, findings, before, after } = member;
  if (before["kind"] !== after["kind"]) {
    const message = `${name} was of kind ${String(before["kind"])} and is of kind ${String(after["kind"])}`;
    findings.add("member-kind-changed", name, [name], undefined, undefined, message);
    return;
  }
  if (before["doc"] !== after["doc"] || before["deprecated"] !== after["deprecated"]) {
    findings.add("docs-changed", name, [name], undefined, undefined, `the doc comment of ${name} changed`);
  }
  if (before["kind"] === "event") {
    compareType(member, "output", before["payload"], after["payload"], `${name}:`);
    if (before["mode"] !== after["mode"]) changed(member, "mode-changed", "mode");
    if (before["key"] !== after["key"]) changed(member, "option-changed", "key");
    return;
  }
  compareParams(member);
  const answer = before["kind"] === "stream" ? "item" : "result";
  compareType(member, "output", before[answer], after[answer], `${name}()`);
  compareErrors(member, errorsOf(oldService), errorsOf(newService));
  if (before["idempotent"] === true && after["idempotent"] !== true)
    changed(member, "idempotent-removed", "idempotent");
  if (before["idempotent"] !== true && after["idempotent"] === true)
    changed(member, "idempotent-added", "idempotent");
  for (const option of ["once", "oneway", "timeoutMs"]) {
    if (JSON.stringify(before[option]) !== JSON.stringify(after[option]))
      changed(member, "option-changed", option);
  }
}

function compareErrors(
  member: ComparedMember,
  old: ReadonlyMap<string, TypeSchema>,
  now: ReadonlyMap<string, TypeSchema>,
): void {
  const { name, findings, before, after } = member;
  const [thrown, throws] = [namesOf(before["throws"]), namesOf(after["throws"])];
  for (const error of throws) {
    if (!thrown.has(error))
      findings.add(
        "error-added",
        name,
        [name],
        undefined,
        undefined,
        `${name} may fail with ${error}, which clients do not know`,
      );
    else compareType(member, "output", old.get(error), now.get(error), error);
  }
  for (const error of thrown) {
    if (!throws.has(error))
      findings.add(
        "error-removed",
        name,
        [name],
        undefined,
        undefined,
        `${name} no longer fails with ${error}`,
      );
  }
}

function changed(
  { name, findings, before, after }: ComparedMember,
  rule: "mode-changed" | "option-changed" | "idempotent-removed" | "idempotent-added",
  option: string,
): void {
  const text = (value: unknown) =>
    value === undefined ? "unset" : (JSON.stringify(value) ?? "").slice(0, 60);
  findings.add(
    rule,
    name,
    [name],
    undefined,
    undefined,
    `${option} of ${name} was ${text(before[option])} and is ${text(after[option])}`,
  );
}

function membersOf({ members }: Description): ReadonlyMap<string, Description> {
  const entries = Object.entries(isRecord(members) ? members : {});
  return new Map(entries.map(([name, member]) => [name, isRecord(member) ? member : {}]));
}

function errorsOf({ errors }: Description): ReadonlyMap<string, TypeSchema> {
  return new Map(
    Object.entries(isRecord(errors) ? errors : {}).map(([name, type]) => [name, toSchema(type)]),
  );
}

function namesOf(value: unknown): ReadonlySet<string> {
  return new Set(Array.isArray(value) ? value.filter((name) => typeof name === "string") : []);
}
