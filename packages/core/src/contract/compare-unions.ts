import type { Alternative, Alternatives } from "./alternatives.js";
import { type Pair, report } from "./pair.js";
import { jsPart, type Kind, literalsOf } from "./schema.js";
import type { TypeGraph } from "./type-graph.js";
import { constraintText, typeText } from "./type-text.js";

const holders = new Set<Kind>(["object", "array", "map", "set", "callback", "stream"]);

/**
 * Finds for everything that may be sent what the receiver takes it for, and compares the two.
 *
 * What is no union is one of one member. Objects are matched by their tag first, then by name, then by what fits.
 */
export function compareUnions(
  graph: TypeGraph,
  pair: Pair,
  sent: Alternatives,
  known: Alternatives,
  step: string,
): void {
  if (known.members.some(({ kind }) => kind === "any" || kind === "void")) return;
  const whole = { sent, known, tag: known.tag ?? sent.tag };
  for (const member of sent.members) {
    graph.spend(1 + known.members.length);
    compareMember(graph, pair, member, whole, step);
  }
}

interface Unions {
  readonly sent: Alternatives;
  readonly known: Alternatives;
  readonly tag: string | undefined;
}

function compareMember(
  graph: TypeGraph,
  pair: Pair,
  member: Alternative,
  unions: Unions,
  step: string,
): void {
  const { members } = unions.known;
  switch (member.kind) {
    case "never":
      return;
    case "null":
      if (!has(members, "null")) reportNothing(pair, "null", unions, step);
      return;
    case "undefined":
    case "void":
      if (!has(members, "undefined")) reportNothing(pair, "undefined", unions, step);
      return;
    case "literal":
      return compareLiterals(pair, member, literalsOf(member.schema), unions, step);
    case "boolean":
      if (!has(members, "boolean")) compareLiterals(pair, member, [true, false], unions, step);
      return;
    case "unreadable":
      if (!members.some(({ schema }) => JSON.stringify(schema) === JSON.stringify(member.schema)))
        reportKind(pair, member, unions, step);
      return;
    default: {
      const candidates = members.filter(({ kind }) => kind === member.kind);
      if (candidates.length === 0) return reportKind(pair, member, unions, step);
      if (holders.has(member.kind)) return compareHolder(graph, pair, member, candidates, unions, step);
      return compareScalar(pair, member, candidates, unions, step);
    }
  }
}

function has(members: readonly Alternative[], kind: Kind): boolean {
  return members.some((member) => member.kind === kind);
}

function reportNothing(pair: Pair, what: "null" | "undefined", { sent, known }: Unions, step: string): void {
  const [a, b] = [schemaOf(sent), schemaOf(known)];
  if (!known.members.some(({ kind }) => kind !== "null" && kind !== "undefined"))
    return reportKind(pair, sent.members[0]!, { sent, known, tag: undefined }, step);
  if (pair.direction === "input") {
    report(
      pair,
      `input-${what}-refused`,
      step,
      a,
      b,
      `clients may send ${what}, which the server no longer takes`,
    );
  } else {
    report(pair, `output-${what}-added`, step, a, b, `clients may get ${what}, which they do not expect`);
  }
}

function compareLiterals(
  pair: Pair,
  member: Alternative,
  values: readonly unknown[],
  unions: Unions,
  step: string,
): void {
  const { members } = unions.known;
  const known = new Set(
    members.flatMap(({ kind, schema }) => (kind === "literal" ? literalsOf(schema) : [])),
  );
  if (has(members, "boolean")) for (const value of [true, false]) known.add(value);
  const strange = values.filter((value) => !known.has(value) && !members.some((other) => isOf(value, other)));
  if (strange.length === 0) return;
  if (known.size === 0) return reportKind(pair, member, unions, step);
  const shown = strange
    .slice(0, 20)
    .map((value) => JSON.stringify(value))
    .join(", ");
  const [a, b] = [schemaOf(unions.sent), schemaOf(unions.known)];
  if (pair.direction === "input")
    report(
      pair,
      "input-value-removed",
      step,
      a,
      b,
      `clients may send ${shown}, which the server no longer takes`,
    );
  else report(pair, "output-value-added", step, a, b, `clients may get ${shown}, which they do not know`);
}

// A template or pattern of the receiver is not tried on literals: it counts as narrower.
function isOf(value: unknown, { kind, schema }: Alternative): boolean {
  if (kind === "number" && typeof value === "number")
    return schema.type !== "integer" || Number.isInteger(value);
  if (value === null) return kind === "null";
  return (
    kind === "string" &&
    typeof value === "string" &&
    jsPart(schema, "template") === undefined &&
    constraintText(schema) === ""
  );
}

function compareHolder(
  graph: TypeGraph,
  pair: Pair,
  member: Alternative,
  candidates: readonly Alternative[],
  unions: Unions,
  step: string,
): void {
  const match =
    candidates.length === 1 && countOf(unions.sent, member.kind) === 1
      ? candidates[0]
      : findMatch(graph, pair, member, candidates, unions.tag, step);
  if (match !== undefined) pair.parts.push(graph.pair(pair, member, match, step));
  else if (unions.sent.members.length === 1 && unions.known.members.length === 1)
    reportKind(pair, member, unions, step);
  else reportMember(pair, member, unions, step);
}

function countOf({ members }: Alternatives, kind: Kind): number {
  return members.reduce((count, member) => count + (member.kind === kind ? 1 : 0), 0);
}

function findMatch(
  graph: TypeGraph,
  pair: Pair,
  member: Alternative,
  candidates: readonly Alternative[],
  tag: string | undefined,
  step: string,
): Alternative | undefined {
  if (tag !== undefined && member.kind === "object") {
    const tags = graph.tagsOf(pair, "sent", member, tag);
    const tagged = candidates.filter((candidate) =>
      graph.tagsOf(pair, "known", candidate, tag).some((value) => tags.includes(value)),
    );
    if (tags.length > 0 && tagged.length <= 1) return tagged[0];
  }
  const named = member.name === undefined ? undefined : candidates.find(({ name }) => name === member.name);
  if (named !== undefined && graph.fits(graph.pair(pair, member, named, step))) return named;
  return candidates.find((candidate) => graph.fits(graph.pair(pair, member, candidate, step))) ?? named;
}

function compareScalar(
  pair: Pair,
  member: Alternative,
  candidates: readonly Alternative[],
  unions: Unions,
  step: string,
): void {
  if (member.kind === "typedArray") {
    const kind = jsPart(member.schema, "typedArray");
    if (!candidates.some(({ schema }) => jsPart(schema, "typedArray") === kind))
      reportTag(pair, unions, step);
    return;
  }
  if (candidates.some(({ schema }) => isWithin(member.schema, schema))) return;
  const to = candidates[0]!.schema;
  const [was, is] = [limitText(member.schema), limitText(to)];
  if (pair.direction === "input") {
    report(
      pair,
      "input-constraint-tightened",
      step,
      member.schema,
      to,
      `clients may send values with ${was}; the server takes only those with ${is}`,
    );
  } else {
    report(
      pair,
      "output-constraint-loosened",
      step,
      member.schema,
      to,
      `clients may get values with ${was}; they were promised ${is}`,
    );
  }
}

/** Whether the limits of one scalar lie within those of another. */
export function isWithin(sent: Alternative["schema"], known: Alternative["schema"]): boolean {
  const atLeast = (name: string) =>
    bound(known, name) === undefined || (bound(sent, name) ?? -Infinity) >= bound(known, name)!;
  const atMost = (name: string) =>
    bound(known, name) === undefined || (bound(sent, name) ?? Infinity) <= bound(known, name)!;
  const same = (name: string) => known[name] === undefined || known[name] === sent[name];
  return (
    ["minimum", "exclusiveMinimum", "minLength", "minItems"].every(atLeast) &&
    ["maximum", "exclusiveMaximum", "maxLength", "maxItems"].every(atMost) &&
    ["pattern", "format", "multipleOf", "const", "uniqueItems"].every(same) &&
    (known.type !== "integer" || sent.type === "integer") &&
    (jsPart(known, "template") === undefined || jsPart(known, "template") === jsPart(sent, "template"))
  );
}

function bound(schema: Alternative["schema"], name: string): number | undefined {
  const value = schema[name];
  return typeof value === "number" ? value : undefined;
}

function limitText(schema: Alternative["schema"]): string {
  return (
    constraintText(schema) ||
    (jsPart(schema, "template") === undefined && schema["const"] === undefined
      ? "no limits"
      : typeText(schema))
  );
}

function reportMember(pair: Pair, member: Alternative, { sent, known }: Unions, step: string): void {
  const text = typeText(member.name === undefined ? member.schema : { $ref: `#/types/${member.name}` });
  const [a, b] = [schemaOf(sent), schemaOf(known)];
  if (pair.direction === "input")
    report(
      pair,
      "input-member-removed",
      step,
      a,
      b,
      `clients may send ${text}, which the server no longer takes`,
    );
  else report(pair, "output-member-added", step, a, b, `clients may get ${text}, which they do not know`);
}

// The same meaning in another extension or type of the wire: programs on the other side compute with what they get.
const twins: readonly (readonly [Kind, Kind])[] = [
  ["number", "bigint"],
  ["date", "string"],
  ["date", "number"],
  ["bytes", "string"],
  ["bytes", "array"],
  ["bytes", "typedArray"],
  ["typedArray", "array"],
  ["map", "object"],
  ["map", "array"],
  ["set", "array"],
];

function reportKind(pair: Pair, member: Alternative, unions: Unions, step: string): void {
  const { sent, known } = unions;
  const isTwin = (kind: Kind) =>
    twins.some(([a, b]) => (a === kind && b === member.kind) || (b === kind && a === member.kind));
  if (known.members.some(({ kind }) => isTwin(kind))) return reportTag(pair, unions, step);
  const several =
    sent.members.length > 1 &&
    sent.members.some(({ kind }) => known.members.some((other) => other.kind === kind));
  if (several) return reportMember(pair, member, unions, step);
  const [a, b] = [schemaOf(sent), schemaOf(known)];
  const { direction } = pair;
  const who = direction === "input" ? "clients send" : "clients get";
  const but = direction === "input" ? "the server takes" : "they know";
  report(pair, `${direction}-type-changed`, step, a, b, `${who} ${typeText(a)}, ${but} ${typeText(b)}`);
}

function reportTag(pair: Pair, { sent, known }: Unions, step: string): void {
  const [a, b] = [schemaOf(sent), schemaOf(known)];
  report(
    pair,
    "wire-tag-changed",
    step,
    a,
    b,
    `${typeText(a)} and ${typeText(b)} are different types on the wire`,
  );
}

function schemaOf({ members }: Alternatives): Alternative["schema"] {
  const schemas = members.map(({ name, schema }) =>
    name === undefined ? schema : { $ref: `#/types/${name}` },
  );
  return schemas.length === 1 ? schemas[0]! : { anyOf: schemas };
}
