import { type Code, codes, type Severity } from "./codes.js";
import { compare } from "./compare.js";
import ts from "./typescript.cjs";

/** One finding about the source: what is wrong, where, and how to mend it. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  readonly message: string;
  readonly mend: string;
  /** Absent when it is about the project as a whole. */
  readonly place?: Place;
}

/** A stretch of source. Line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Characters to underline; at least 1, and never past the end of the line. */
  readonly length: number;
  /** Text of the line. */
  readonly source: string;
}

/**
 * Findings of one run, each kept once.
 *
 * Reading goes on after an error, so that all of them are reported together.
 */
export class Problems {
  readonly #found = new Map<string, Diagnostic>();
  readonly #reported: Diagnostic[] = [];

  /** How many were reported, also those that were known. */
  get reported(): number {
    return this.#reported.length;
  }

  get hasErrors(): boolean {
    return [...this.#found.values()].some((diagnostic) => diagnostic.severity === "error");
  }

  /** Adds a finding at a node, or one about the whole project. */
  report(code: Code, at: ts.Node | undefined, message: string, mend: string): void {
    const place = at && placeOf(at.getSourceFile(), at.getStart(), at.getEnd());
    this.add({ code, severity: codes[code].severity, message, mend, ...(place && { place }) });
  }

  /** Adds a finding that is already whole. */
  add(diagnostic: Diagnostic): void {
    const { code, message, place } = diagnostic;
    this.#reported.push(diagnostic);
    this.#found.set(JSON.stringify([code, message, place?.file, place?.line, place?.column]), diagnostic);
  }

  /** What was reported since there were so many. */
  since(reported: number): readonly Diagnostic[] {
    return this.#reported.slice(reported);
  }

  /** All findings: by file, line, column, then number. */
  list(): Diagnostic[] {
    return [...this.#found.values()].sort(
      (a, b) =>
        compare(a.place?.file ?? "", b.place?.file ?? "") ||
        (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
        (a.place?.column ?? 0) - (b.place?.column ?? 0) ||
        compare(a.code, b.code) ||
        compare(a.message, b.message),
    );
  }
}

/** The place of the characters from `start` to `end` of a file. */
export function placeOf(file: ts.SourceFile, start: number, end: number): Place {
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  const starts = file.getLineStarts();
  const source = file.text.slice(starts[line], starts[line + 1] ?? file.text.length).replace(/[\r\n]+$/, "");
  const length = Math.max(1, Math.min(end - start, source.length - character));
  return { file: ts.sys.resolvePath(file.fileName), line: line + 1, column: character + 1, length, source };
}
