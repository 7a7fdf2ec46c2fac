import { codes, explain, formatExplanation } from "@rpc/codegen";
import { rules } from "@rpc/core/contract";
import { errorExplanations } from "./error-explanations.js";
import { clean, UsageError } from "./exit-codes.js";
import type { Terminal } from "./terminal.js";

/** Runs `rpc explain`: a finding, a rule of `rpc breaking` or an error code at length, or a list of all. */
export function runExplain(code: string | undefined, { out }: Terminal): number {
  if (code === undefined) {
    out(list());
    return clean;
  }
  const finding = explain(code);
  const text = finding ? formatExplanation(finding) : (explainError(code) ?? explainRule(code));
  if (text === undefined) {
    throw new UsageError(`there is no finding, error code or rule ${code}; rpc explain lists all`);
  }
  out(text);
  return clean;
}

function explainError(code: string): string | undefined {
  const found = Object.entries(errorExplanations).find(([known]) => known === code.toLowerCase());
  return found && `${found[0]} (error of a call): ${found[1].about}\n\n${found[1].mend}\n`;
}

function explainRule(id: string): string | undefined {
  const [name, rule] = Object.entries(rules).find(([known]) => known === id.toLowerCase()) ?? [];
  if (rule === undefined) return undefined;
  const source = "source" in rule ? `; ${rule.source} with --profile source` : "";
  return `${name} (rule of rpc breaking, ${rule.severity}${source}): ${rule.means}\n\nAll rules are in docs/breaking.md.\n`;
}

function list(): string {
  const findings = Object.entries(codes).map(([code, { severity, about }]) => [code, severity, about]);
  const errors = Object.entries(errorExplanations).map(([code, { about }]) => [code, "call", about]);
  const changes = Object.entries(rules).map(([id, { severity, means }]) => [id, severity, means]);
  const lines = (rows: readonly (readonly string[])[]) => {
    const width = Math.max(...rows.map(([code]) => code!.length));
    return rows.map(([code, kind, about]) => `${code!.padEnd(width)} ${kind!.padEnd(9)} ${about}\n`).join("");
  };
  return [
    `Findings of rpc generate:\n\n${lines(findings)}`,
    `Errors of calls:\n\n${lines(errors)}`,
    `Rules of rpc breaking:\n\n${lines(changes)}`,
  ].join("\n");
}
