import { statSync } from "node:fs";
import type { PastReading } from "./read/kept-reading.js";
import type { Settled } from "./read/settle.js";
import ts from "./typescript.cjs";

/** Parsed files of the standard library, by path: several runs in one process can share one such map. */
export type Library = Map<string, ts.SourceFile>;

/** When a file had been saved, and when that was looked at. */
interface Saved {
  readonly stamp: string;
  /** Whether whatever is saved later has another stamp. */
  readonly settled: boolean;
}

/** What one run leaves to the next: what was parsed, and what was read of each service. Made empty, `{}`. */
export interface Memory {
  saved?: Map<string, Saved>;
  files?: Map<string, ts.SourceFile>;
  library?: Library;
  /** Files that each file imports, by path; also those that it imported once. */
  imports?: Map<string, Set<string>>;
  program?: ts.Program;
  reading?: PastReading;
  settled?: Settled;
}

/** Lets a host parse only what has changed, and notes what imports what. */
export function remember(memory: Memory, host: ts.CompilerHost): void {
  host.getSourceFile = remembering(memory, host.getSourceFile.bind(host));
  noteImports(memory, host);
}

// Clocks of file systems are coarse: of what was saved just now, a second text may bear the same time.
const coarsestMs = 3_000;

function savedAt(path: string): Saved | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const { ino, size, mtimeMs, ctimeMs } = found;
  return {
    stamp: `${ino} ${size} ${mtimeMs} ${ctimeMs}`,
    settled: Date.now() - Math.max(mtimeMs, ctimeMs) > coarsestMs,
  };
}

// A file whose text is the same keeps its tree, and with it all that the program knew of it.
function remembering(
  memory: Memory,
  parse: ts.CompilerHost["getSourceFile"],
): ts.CompilerHost["getSourceFile"] {
  memory.files ??= new Map();
  memory.saved ??= new Map();
  const { files, saved } = memory;
  return (path, language, onError, fresh) => {
    const known = files.get(path);
    const past = saved.get(path);
    // Before it is read: what is saved meanwhile has another stamp.
    const now = savedAt(path);
    if (now) saved.set(path, now);
    else saved.delete(path);
    if (known && now && past?.settled && past.stamp === now.stamp) return known;
    const text = known && ts.sys.readFile(path);
    if (known && known.text === text) return known;
    const file = parse(path, language, onError, fresh);
    if (file === undefined) files.delete(path);
    else files.set(path, file);
    return file;
  };
}

// Resolves as the compiler does by itself. It asks for each import once and keeps the answer, so the notes stay, too.
function noteImports(memory: Memory, host: ts.CompilerHost): void {
  memory.imports ??= new Map();
  const { imports } = memory;
  const folder = host.getCurrentDirectory();
  const cache = ts.createModuleResolutionCache(folder, (path) => host.getCanonicalFileName(path));
  host.resolveModuleNameLiterals = (literals, path, redirected, options, file) =>
    literals.map((literal) => {
      const mode = ts.getModeForUsageLocation(file, literal, options);
      const found = ts.resolveModuleName(literal.text, path, options, host, cache, redirected, mode);
      const target = found.resolvedModule?.resolvedFileName;
      const known = imports.get(path);
      if (target && known) known.add(target);
      else if (target) imports.set(path, new Set([target]));
      return found;
    });
}
