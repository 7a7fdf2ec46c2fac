import type { ParamContract, TypeSchema } from "@rpc/core/contract";
import { unionOf } from "../schema/union-type.js";
import type ts from "../typescript.cjs";
import { canonicalText } from "./canonical.js";
import type { Answer, Shape } from "./method.js";
import type { Reader } from "./reader.js";

/**
 * Makes one method of overloads, or reports why not.
 *
 * Together they must take exactly what each takes alone: all that differs is the type of one parameter, or how many of
 * the last ones are given. What they give back becomes a union.
 */
export function readOverloads(shapes: readonly Shape[], at: ts.Node, { problems }: Reader): Shape {
  const params = mergeParams(shapes.map((shape) => shape.params));
  const answer = mergeAnswers(shapes.map((shape) => shape.answer));
  if (params === undefined || answer === undefined) {
    const message = `${at.getText()} has ${shapes.length} overloads that no single signature stands for, and the wire has one method by that name`;
    const mend = "Write one signature with unions and optional parameters, or methods of different names.";
    problems.report("RPC2008", at, message, mend);
    return shapes[0]!;
  }
  const message = `the ${shapes.length} overloads of ${at.getText()} become one method; clients see ${params.map(({ name }) => name).join(", ") || "no parameters"}`;
  problems.report(
    "RPC3001",
    at,
    message,
    "Give the overloads names of their own if callers should tell them apart.",
  );
  return { params, answer };
}

function mergeParams(lists: readonly (readonly ParamContract[])[]): ParamContract[] | undefined {
  const longest = lists.reduce((a, b) => (b.length > a.length ? b : a));
  const differing = longest.flatMap((_, index) => (typesAt(lists, index).length > 1 ? [index] : []));
  if (lists.some((params) => params.some(({ rest }) => rest)) && !allEqual(lists)) return undefined;
  if (differing.length === 0)
    return takesEveryCount(lists) ? optionalAfterShortest(lists, longest) : undefined;
  if (differing.length > 1 || !sameCounts(lists)) return undefined;
  return longest.map((param, index) => {
    if (index !== differing[0]) return param;
    const names = [...new Set(lists.map((params) => params[index]!.name))];
    const { doc: _, default: __, ...plain } = param;
    return { ...plain, name: joinNames(names), type: unionOf(typesAt(lists, index)) };
  });
}

function mergeAnswers(answers: readonly Answer[]): Answer | undefined {
  const [first] = answers;
  if (answers.some(({ kind }) => kind !== first!.kind)) return undefined;
  if (first!.kind === "call") {
    return {
      kind: "call",
      result: union(answers.map((answer) => (answer as { result: TypeSchema }).result)),
    };
  }
  return { kind: "stream", item: union(answers.map((answer) => (answer as { item: TypeSchema }).item)) };
}

function union(schemas: readonly TypeSchema[]): TypeSchema {
  const different = distinct(schemas);
  return different.length === 1 ? different[0]! : unionOf(different);
}

// Callbacks and streams are told apart by nothing that the wire has.
function typesAt(lists: readonly (readonly ParamContract[])[], index: number): TypeSchema[] {
  return distinct(lists.flatMap((params) => (params[index] ? [params[index].type] : [])));
}

function distinct(schemas: readonly TypeSchema[]): TypeSchema[] {
  return [...new Map(schemas.map((schema) => [canonicalText(schema), schema])).values()];
}

function allEqual(lists: readonly (readonly ParamContract[])[]): boolean {
  return new Set(lists.map((params) => canonicalText(params))).size === 1;
}

function fewest(params: readonly ParamContract[]): number {
  return params.filter(({ optional }) => !optional).length;
}

function sameCounts(lists: readonly (readonly ParamContract[])[]): boolean {
  return new Set(lists.map((params) => `${fewest(params)} ${params.length}`)).size === 1;
}

// f(a) and f(a, b, c) do not make f(a, b): there must be no hole between the counts that are taken.
function takesEveryCount(lists: readonly (readonly ParamContract[])[]): boolean {
  const ranges = lists.map((params) => [fewest(params), params.length] as const).sort(([a], [b]) => a - b);
  let reached = ranges[0]![1];
  for (const [from, to] of ranges) {
    if (from > reached + 1) return false;
    reached = Math.max(reached, to);
  }
  return true;
}

function optionalAfterShortest(
  lists: readonly (readonly ParamContract[])[],
  longest: readonly ParamContract[],
): ParamContract[] {
  const needed = Math.min(...lists.map(fewest));
  return longest.map((param, index) => (index < needed ? param : { ...param, optional: true }));
}

function joinNames([first = "value", ...others]: readonly string[]): string {
  return first + others.map((name) => `Or${name[0]!.toUpperCase()}${name.slice(1)}`).join("");
}
