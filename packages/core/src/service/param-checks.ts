import { explain, type Problem, valueText } from "../contract/explain.js";
import { kindOf, resolve } from "../contract/schema.js";
import { typeText } from "../contract/type-text.js";
import type { Compiler } from "../contract/validator.js";
import type { ParamContract } from "./contract.js";

/** A stream or function that a call passes where an argument would be. */
export interface Passed {
  readonly index: number;
  readonly kind: "stream" | "callback";
}

/** Says what is wrong with arguments; undefined when nothing is. */
export type RefuseArguments = (args: readonly unknown[], passed?: readonly Passed[]) => string | undefined;

/** Says yes only to arguments that are right. */
export type AcceptArguments = (args: readonly unknown[]) => boolean;

/**
 * Makes the check of a method's arguments, or of a callback's. `accept` is a quicker one, asked first.
 *
 * An argument that is left out is undefined; what comes behind the last parameter is let pass, as in JavaScript.
 */
export function compileParams(
  params: readonly ParamContract[],
  compiler: Compiler,
  accept?: AcceptArguments,
): RefuseArguments {
  const checks = params.map(({ type }) => compiler.check(type));
  const mayLeave = params.map(({ optional, rest }) => optional === true || rest === true);
  const rest = params.at(-1)?.rest === true ? params.length - 1 : undefined;
  const refuse = (index: number, value: unknown, place = index) =>
    problemText(placeOf(params, index, place), explain(compiler, params[index]!.type, value));
  const kinds = params.map(({ type }) => kindOf(resolve(type, compiler.types).schema));
  const passes = kinds.some((kind) => kind === "stream" || kind === "callback");
  const refusePassed = compilePassed(params, kinds);
  return (args, passed) => {
    const mixed = passes || passed !== undefined ? refusePassed(args, passed) : undefined;
    if (mixed !== undefined) return mixed;
    if (accept?.(args) === true) return undefined;
    for (let index = 0; index < checks.length; index++) {
      const value = args[index];
      if (value === undefined && mayLeave[index]) continue;
      if (!checks[index]!(value)) return refuse(index, value);
    }
    if (rest === undefined) return undefined;
    for (let place = rest + 1; place < args.length; place++)
      if (!checks[rest]!(args[place])) return refuse(rest, args[place], place);
    return undefined;
  };
}

/** Says where and why a value is refused; `name` is whose part it is. */
export function problemText(name: string, { path, expected, got }: Problem): string {
  const where = name + path;
  return where === "" ? `expected ${expected}, got ${got}` : `${where}: expected ${expected}, got ${got}`;
}

const words = { stream: "a stream", callback: "a function" } as const;

// Streams and functions have no bytes among the arguments: a value in the place of one, or one in the place of a value,
// would reach the method as something that its types rule out.
function compilePassed(
  params: readonly ParamContract[],
  kinds: readonly ReturnType<typeof kindOf>[],
): RefuseArguments {
  const needed = kinds.flatMap((kind, index) =>
    kind === "stream" || kind === "callback" ? [{ kind, index }] : [],
  );
  return (args, given) => {
    const passed = given ?? [];
    for (const { index, kind } of passed) {
      const known = paramAt(params, index);
      const wanted = known === undefined ? "any" : kinds[known]!;
      if (wanted === kind || wanted === "any") continue;
      const expected =
        wanted === "stream" || wanted === "callback" ? words[wanted] : typeText(params[known!]!.type);
      return `${placeOf(params, known!, index)}: expected ${expected}, got ${words[kind]}`;
    }
    for (const { index, kind } of needed) {
      const last = params[index]!.rest === true ? args.length - 1 : index;
      for (let place = index; place <= last; place++) {
        if (passed.some((one) => one.index === place)) continue;
        if (args[place] === undefined && params[index]!.optional === true) continue;
        return `${placeOf(params, index, place)}: expected ${words[kind]}, got ${valueText(args[place])}`;
      }
    }
    return undefined;
  };
}

/** Index of the parameter that an argument belongs to; undefined behind the last. */
export function paramAt(params: readonly ParamContract[], index: number): number | undefined {
  if (index < params.length) return index;
  return params.at(-1)?.rest === true ? params.length - 1 : undefined;
}

/** What an argument is called in a message: its parameter's name, with its place among the rest. */
export function placeOf(params: readonly ParamContract[], index: number, place: number): string {
  const { name, rest } = params[index]!;
  return rest === true ? `${name}[${place - index}]` : name;
}
