import { relative } from "node:path";
import type { Diagnostic } from "./diagnostics.js";

const levels = { error: "error", warning: "warning", info: "notice" } as const;

/** Findings as commands of GitHub Actions, which shows them at their lines of a pull request. */
export function formatGithub(
  diagnostics: readonly Diagnostic[],
  { root }: { readonly root: string },
): string {
  return diagnostics.map((diagnostic) => `${formatOne(diagnostic, root)}\n`).join("");
}

function formatOne({ code, severity, message, mend, place }: Diagnostic, root: string): string {
  const properties: Record<string, string | number> = {
    ...(place && {
      file: relative(root, place.file).replaceAll("\\", "/"),
      line: place.line,
      col: place.column,
      endColumn: place.column + place.length,
    }),
    title: code,
  };
  const head = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${levels[severity]} ${head.join(",")}::${escapeText(`${message}\n${mend}`)}`;
}

function escapeText(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeText(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
