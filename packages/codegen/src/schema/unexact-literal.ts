import type { Problems } from "../diagnostics.js";
import type ts from "../typescript.cjs";

/** Warns of a literal that a number cannot hold exactly: what was written is not what the contract gets. */
export function warnOfLiteral(type: ts.Type, at: ts.Node, problems: Problems): void {
  if (!type.isNumberLiteral()) return;
  const { value } = type;
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return;
  problems.report(
    "RPC1205",
    at,
    `the literal ${at.getText().slice(0, 60)} is beyond what a number holds exactly: it is ${value}`,
    "Write a bigint, such as 9007199254740993n, or a string.",
  );
}
