import type { TypeSchema } from "../service/contract.js";
import { type ComparedMember, compareType } from "./compare-type.js";
import type { RuleId } from "./rules.js";
import { isRecord, isSamePlain, toSchema } from "./schema.js";

interface Param {
  readonly name: string;
  readonly type: TypeSchema;
  readonly optional: boolean;
  readonly rest: boolean;
  readonly default: unknown;
}

/** Compares the parameters of a method, by position. */
export function compareParams(member: ComparedMember): void {
  const [old, now] = [readParams(member.before["params"]), readParams(member.after["params"])];
  if (areMoved(old, now)) {
    const names = (params: readonly Param[]) => params.map(({ name }) => name).join(", ");
    const message = `${member.name} took (${names(old)}) and takes (${names(now)}): clients pass them by position`;
    member.findings.add("param-moved", `${member.name}()`, [member.name], undefined, undefined, message);
    return;
  }
  for (let index = 0; index < Math.max(old.length, now.length); index++) compareAt(member, old, now, index);
}

function compareAt(
  member: ComparedMember,
  olds: readonly Param[],
  news: readonly Param[],
  index: number,
): void {
  const [old, now] = [paramAt(olds, index), paramAt(news, index)];
  const { name } = member;
  const path = `${name}(${(now ?? old)!.name})`;
  const add = (rule: RuleId, message: string) =>
    member.findings.add(rule, path, [name], old?.type, now?.type, message);
  if (old === undefined) {
    if (now!.optional || now!.rest) add("param-optional-added", `${name} takes ${now!.name} now`);
    else add("param-required-added", `${name} needs ${now!.name}, which clients do not pass`);
    return;
  }
  if (now === undefined) {
    if (old.rest) add("param-rest-removed", `${name} no longer takes all the rest in ${old.name}`);
    else add("param-removed", `${name} no longer takes ${old.name}: what clients pass is ignored`);
    return;
  }
  if (old.rest && !now.rest) add("param-rest-removed", `${name} no longer takes all the rest in ${old.name}`);
  const [couldLeave, canLeave] = [old.optional || old.rest, now.optional || now.rest];
  if (couldLeave && !canLeave && !takesUndefined(member, now.type))
    add("param-made-required", `${name} needs ${now.name}, which clients may leave out`);
  if (!couldLeave && canLeave) add("param-made-optional", `${now.name} of ${name} can be left out now`);
  if (old.name !== now.name && !old.rest)
    add(
      "param-renamed",
      `${old.name} of ${name} is named ${now.name} now: who passes it by name must follow`,
    );
  if (old.default !== undefined && now.default !== undefined && old.default !== now.default) {
    add(
      "default-changed",
      `${now.name} of ${name} was ${String(old.default).slice(0, 60)} when left out, and is ${String(now.default).slice(0, 60)}`,
    );
  }
  if (isSamePlain(old.type, now.type)) return;
  // Whether it can be left out is told above; nothing else is to be said about undefined then.
  const type = ({ type }: Param) =>
    couldLeave || canLeave ? { anyOf: [type, { "x-js": "undefined" }] } : type;
  compareType(member, "input", type(old), type(now), path);
}

// A rest parameter stands at every place from its own on; it is compared once, at the last.
function paramAt(params: readonly Param[], index: number): Param | undefined {
  const last = params.at(-1);
  return params[index] ?? (last?.rest ? last : undefined);
}

function takesUndefined({ comparison }: ComparedMember, type: TypeSchema): boolean {
  return comparison.now.read(type).members.some(({ kind }) => kind === "undefined" || kind === "any");
}

function areMoved(old: readonly Param[], now: readonly Param[]): boolean {
  if (old.length < 2 || old.length !== now.length) return false;
  const names = new Set(now.map(({ name }) => name));
  return (
    names.size === now.length &&
    old.every(({ name }) => names.has(name)) &&
    old.some(({ name }, index) => now[index]!.name !== name)
  );
}

/** Parameters that are compared; no method that a person wrote has more. */
const maxParams = 1024;

function readParams(params: unknown): readonly Param[] {
  if (!Array.isArray(params)) return [];
  return params.slice(0, maxParams).map((param, index) => {
    const { name, type, optional, rest, default: initial } = isRecord(param) ? param : {};
    return {
      name: typeof name === "string" ? name : `argument ${index + 1}`,
      type: toSchema(type),
      optional: optional === true,
      rest: rest === true,
      default: initial,
    };
  });
}
