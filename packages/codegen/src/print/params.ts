import type { ParamContract } from "@rpc/core/contract";
import { printType, type TypeNames } from "./type.js";

// Words that cannot name a parameter in a module. The compiler refuses them in the source too, contracts may hold them.
const reserved = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false " +
    "finally for function if implements import in instanceof interface let new null package private protected public " +
    "return static super switch this throw true try typeof var void while with yield"
  ).split(" "),
);

/** Prints the parameters of a method or of a callback. */
export function printParams(params: readonly ParamContract[], names: TypeNames): string[] {
  return params.map((param, index) => printParam(param, params.slice(index + 1), names));
}

/** What a parameter is called in source. */
export function localName(name: string): string {
  return reserved.has(name) ? `${name}_` : name;
}

function printParam(param: ParamContract, following: readonly ParamContract[], names: TypeNames): string {
  const type = printType(param.type, names);
  const name = localName(param.name);
  if (param.rest) return `...${name}: ${/ \| |^readonly /.test(type) ? `(${type})` : type}[]`;
  if (!param.optional) return `${name}: ${type}`;
  // Only the last parameters can be left out; one before a required one is given as undefined.
  const isLast = following.every((other) => other.optional || other.rest);
  if (isLast) return `${name}?: ${type}`;
  return `${name}: ${type.startsWith("(") ? `(${type})` : type} | undefined`;
}
