import { codes, explain, formatExplanation } from "@rpc/codegen";
import { clean, UsageError } from "./exit-codes.js";
import type { Terminal } from "./terminal.js";

/** Runs `rpc explain`: one finding at length, or a list of all. */
export function runExplain(code: string | undefined, { out }: Terminal): number {
  if (code === undefined) {
    out(list());
    return clean;
  }
  const explanation = explain(code);
  if (explanation === undefined) {
    throw new UsageError(`there is no finding ${code}; rpc explain lists all`);
  }
  out(formatExplanation(explanation));
  return clean;
}

function list(): string {
  const lines = Object.entries(codes).map(
    ([code, { severity, about }]) => `${code} ${severity.padEnd(7)} ${about}\n`,
  );
  return lines.join("");
}
