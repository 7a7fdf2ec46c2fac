import { relative } from "node:path";
import { styleText } from "node:util";
import type { Diagnostic, Place } from "./diagnostics.js";

/** How findings are shown. */
export interface FormatOptions {
  /** Folder that paths are told from. */
  readonly root: string;
  /** Default false: a log file or a test wants plain text. */
  readonly color?: boolean;
}

const colors = { error: "red", warning: "yellow", info: "cyan" } as const;

/** Findings as text for a terminal: place, number, code frame, and how to mend it. Empty for none. */
export function format(diagnostics: readonly Diagnostic[], options: FormatOptions): string {
  return diagnostics.map((diagnostic) => `${formatOne(diagnostic, options)}\n`).join("\n");
}

function formatOne({ code, severity, message, mend, place }: Diagnostic, options: FormatOptions): string {
  const paint = (style: "red" | "yellow" | "cyan" | "gray", text: string) =>
    options.color ? styleText(style, text, { validateStream: false }) : text;
  const where = place ? `${paint("cyan", position(place, options.root))} - ` : "";
  const kind = paint(colors[severity], severity);
  const frame = place ? `\n${codeFrame(place, (text) => paint("gray", text))}\n` : "\n";
  return `${where}${kind} ${code}: ${message}\n${frame}  ${mend.replaceAll("\n", "\n  ")}`;
}

function position(place: Place, root: string): string {
  return `${relative(root, place.file).replaceAll("\\", "/")}:${place.line}:${place.column}`;
}

function codeFrame(place: Place, paint: (text: string) => string): string {
  const number = String(place.line);
  // Tabs before the underlined part stay tabs, so that the marks stand under it at any tab width.
  const indent = place.source.slice(0, place.column - 1).replace(/[^\t]/g, " ");
  const gutter = " ".repeat(number.length);
  return [
    `${paint(`${number} |`)} ${place.source}`,
    `${paint(`${gutter} |`)} ${indent}${"~".repeat(place.length)}`,
    "",
  ].join("\n");
}
