import { jsPart, kindOf, type ParamContract, resolveType, type Types, toSchema } from "@rpc/core/contract";
import { UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { toNotation } from "./notation.js";
import { printable, printableJson } from "./printable.js";

/** What is given for an argument that is a function. */
export const printWord = "print";

/** Makes a function that can be passed as a callback: each of its calls is a line, and the next waits for room. */
export function createPrintedCallback(
  name: string,
  json: true | undefined,
  { out, ready }: Terminal,
): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    const shown = args.map((arg) => toNotation(arg));
    out(
      json === true
        ? `${printableJson({ callback: name, args: shown })}\n`
        : `${printable(name)}(${shown.map((arg) => printableJson(arg)).join(", ")})\n`,
    );
    await ready?.();
  };
}

/** Whether a parameter is a function. */
export function isCallback({ type }: ParamContract, types: Types): boolean {
  return kindOf(resolveType(type, types).schema) === "callback";
}

/** Throws `UsageError` for a function that has to answer: who prints its calls knows no answer. */
export function checkPrintable({ type, name }: ParamContract, types: Types): void {
  const { result } = jsPart(resolveType(type, types).schema, "callback") as { readonly result?: unknown };
  if (kindOf(resolveType(toSchema(result), types).schema) === "void") return;
  throw new UsageError(
    `${name} is a function that has to answer, which nobody here can; call it from a program`,
  );
}
