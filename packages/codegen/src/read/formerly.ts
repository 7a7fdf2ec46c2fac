import { refuseName } from "@rpc/core/contract";
import type { Mark } from "../marks.js";
import ts from "../typescript.cjs";
import type { Reader } from "./reader.js";

/** Reads the names that a member had: `formerly: "old"`, or an array of them, oldest first. */
export function readFormerly(
  mark: Mark,
  { marks, problems }: Reader,
): { readonly formerly?: readonly string[] } {
  const given = mark.options.get("formerly");
  if (given === undefined) return {};
  const names = ts.isArrayLiteralExpression(given) ? marks.list(mark, "formerly") : [given];
  const formerly = names.flatMap((name) => {
    const text = marks.text(name);
    const refusal = text === undefined ? undefined : refuseName(text);
    if (refusal !== undefined)
      problems.report("RPC1103", name, refusal, "No client can have called it so; take the name away.");
    return text === undefined || refusal !== undefined ? [] : [text];
  });
  return formerly.length === 0 ? {} : { formerly };
}
