import type { TypeSchema } from "../service/contract.js";
import { type Pair, report } from "./pair.js";
import { isRecord, isSamePlain, jsPart, kindOf, toSchema, toSchemas } from "./schema.js";
import type { TypeGraph } from "./type-graph.js";
import { typeText } from "./type-text.js";

/** Compares two types of one kind that have parts: objects, arrays, tuples, maps, sets, callbacks, streams. */
export function compareShapes(graph: TypeGraph, pair: Pair): void {
  const { sent, known } = pair;
  switch (kindOf(sent)) {
    case "object":
      return compareObjects(graph, pair);
    case "array":
      return compareArrays(graph, pair);
    case "map": {
      const [from, to] = [toSchemas(jsPart(sent, "map")), toSchemas(jsPart(known, "map"))];
      graph.descend(pair, toSchema(from[0]), toSchema(to[0]), ".key()");
      return graph.descend(pair, toSchema(from[1]), toSchema(to[1]), ".value()");
    }
    case "set":
      return graph.descend(pair, toSchema(jsPart(sent, "set")), toSchema(jsPart(known, "set")), ".member()");
    case "stream":
      return graph.descend(pair, toSchema(jsPart(sent, "stream")), toSchema(jsPart(known, "stream")), "[]");
    case "callback":
      return compareCallbacks(graph, pair);
    default:
  }
}

function compareObjects(graph: TypeGraph, pair: Pair): void {
  const { properties: from, always: sentAlways, rest: sentRest } = graph.object(pair.sent);
  const { properties: to, always: neededAlways, rest: knownRest } = graph.object(pair.known);
  graph.spend(from.size + to.size);
  for (const [name, type] of to) {
    const step = stepTo(name);
    const needed = neededAlways.has(name) && !takesUndefined(graph, pair, "known", type);
    const sent = from.get(name);
    if (sent === undefined) {
      if (needed) reportMissing(pair, name, undefined, type);
      else if (sentRest !== undefined) graph.descend(pair, sentRest, orUndefined(type), step);
      else if (pair.direction === "output") {
        report(pair, "output-property-unsent", step, undefined, type, `clients never get ${name} any more`);
      }
      continue;
    }
    // What is undefined is left out of an object on the wire, so it is as good as absent.
    const optional = needed && (!sentAlways.has(name) || takesUndefined(graph, pair, "sent", sent));
    if (optional) reportMissing(pair, name, sent, type);
    // Nor can it be refused where it may be absent besides.
    if (isSamePlain(sent, type)) continue;
    graph.descend(pair, sent, optional || !needed ? orUndefined(type) : type, step);
  }
  for (const [name, type] of from) {
    if (to.has(name)) continue;
    if (knownRest !== undefined) graph.descend(pair, type, orUndefined(knownRest), stepTo(name));
    else if (pair.direction === "input" && kindOf(type) !== "never") {
      report(
        pair,
        "input-property-ignored",
        stepTo(name),
        type,
        undefined,
        `clients may send ${name}, which the server does not know`,
      );
    }
  }
  if (sentRest === undefined || knownRest === undefined) return;
  graph.descend(pair, sentRest, knownRest, "[key]");
  if (isRecord(pair.known["x-key"])) {
    graph.descend(
      pair,
      isRecord(pair.sent["x-key"]) ? pair.sent["x-key"] : { type: "string" },
      pair.known["x-key"],
      ".key()",
    );
  }
}

function takesUndefined(graph: TypeGraph, pair: Pair, side: "sent" | "known", type: TypeSchema): boolean {
  const kind = kindOf(type);
  if (kind !== "reference" && kind !== "union") return kind === "undefined" || kind === "any";
  return graph[side](pair, type).members.some(({ kind }) => kind === "undefined" || kind === "any");
}

const wrapped = new WeakMap<TypeSchema, TypeSchema>();

// Kept by the schema it wraps, so that what is known about it is found again.
function orUndefined(type: TypeSchema): TypeSchema {
  const met = wrapped.get(type);
  if (met !== undefined) return met;
  const made: TypeSchema = { anyOf: [type, { "x-js": "undefined" }] };
  wrapped.set(type, made);
  return made;
}

/** A property that its receiver needs is not sent (then `sent` is undefined), or not always. */
function reportMissing(pair: Pair, name: string, sent: TypeSchema | undefined, known: TypeSchema): void {
  const input = pair.direction === "input";
  const rule = input
    ? "input-property-required"
    : sent === undefined
      ? "output-property-removed"
      : "output-property-optional";
  const [absent, optional] = input
    ? ["do not send", "may leave out"]
    : ["is no longer sent", "may be absent"];
  const who = input ? `the server needs ${name}, which clients` : `clients expect ${name}, which`;
  report(pair, rule, stepTo(name), sent, known, `${who} ${sent === undefined ? absent : optional}`);
}

/** Elements of tuples that are compared one by one; no tuple that a person wrote has more. */
const maxElements = 1024;

function compareArrays(graph: TypeGraph, pair: Pair): void {
  const [from, to] = [readArray(pair.sent), readArray(pair.known)];
  if (from.least < to.least || from.most > to.most) {
    const text = `${typeText(pair.sent)} may be ${from.least < to.least ? "shorter" : "longer"} than ${typeText(pair.known)}`;
    const rule = pair.direction === "input" ? "input-length-changed" : "output-length-changed";
    report(pair, rule, "", pair.sent, pair.known, text);
  }
  const count = Math.min(Math.max(from.first.length, to.first.length), from.most, to.most, maxElements);
  for (let index = 0; index < count; index++) {
    const optional = index >= to.least;
    const known = to.first[index] ?? to.rest;
    if (known !== undefined)
      graph.descend(
        pair,
        from.first[index] ?? from.rest ?? {},
        optional ? orUndefined(known) : known,
        `[${index}]`,
      );
  }
  if (from.rest !== undefined && to.rest !== undefined) graph.descend(pair, from.rest, to.rest, "[]");
}

function readArray(schema: TypeSchema) {
  const first = toSchemas(schema["prefixItems"]);
  const rest = schema["items"] === false ? undefined : toSchema(schema["items"]);
  const { minItems, maxItems } = schema as { minItems?: unknown; maxItems?: unknown };
  const most = typeof maxItems === "number" ? maxItems : Infinity;
  return {
    first,
    rest,
    least: typeof minItems === "number" ? minItems : 0,
    most: rest === undefined ? Math.min(most, first.length) : most,
  };
}

// Who gets a callback calls it: its arguments go the other way, its result comes back.
function compareCallbacks(graph: TypeGraph, pair: Pair): void {
  const [from, to] = [readCallback(pair.sent), readCallback(pair.known)];
  // A function that takes fewer arguments than it is given is fine.
  from.params.forEach((param, index) => {
    const given = to.params[index];
    const step = `(${index})`;
    if (given !== undefined)
      graph.descendFlipped(pair, given.type, param.optional ? orUndefined(param.type) : param.type, step);
    else if (!param.optional) {
      report(
        pair,
        `${pair.direction}-length-changed`,
        step,
        pair.sent,
        pair.known,
        `the callback takes ${from.params.length} arguments and is given ${to.params.length}`,
      );
    }
  });
  graph.descend(pair, from.result, to.result, "()");
}

function readCallback(schema: TypeSchema) {
  const callback = jsPart(schema, "callback");
  const { params, result } = isRecord(callback) ? callback : {};
  const read = (param: unknown) =>
    isRecord(param)
      ? { type: toSchema(param["type"]), optional: param["optional"] === true }
      : { type: toSchema(param), optional: false };
  return {
    params: Array.isArray(params) ? params.slice(0, maxElements).map(read) : [],
    result: toSchema(result ?? { "x-js": "void" }),
  };
}

/** The step to a property, as JavaScript would write it. */
export function stepTo(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
    ? `.${name}`
    : `[${JSON.stringify(name.slice(0, 60))}]`;
}
