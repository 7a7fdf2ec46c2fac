import { dirname } from "node:path";
import ts from "typescript";
import { compare, type Diagnostic, type Problems, placeOf } from "./diagnostics.js";
import { packageName } from "./package-name.js";

/** A user's project, parsed. */
export interface Project {
  /** Folder of the tsconfig; what paths are told from. */
  readonly root: string;
  /** Name of the package it belongs to. */
  readonly name: string;
  readonly program: ts.Program;
  /** The user's own files, sorted by path: no declarations, nothing from `node_modules`. */
  readonly files: readonly ts.SourceFile[];
}

/** Parsed files of the standard library, by path: several runs in one process can share one such map. */
export type Library = Map<string, ts.SourceFile>;

// Reading needs the types as written and the same answer for every project, whatever its options say.
const reading: ts.CompilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  stableTypeOrdering: true,
  skipLibCheck: true,
  noEmit: true,
  composite: false,
  incremental: false,
};

// What makes a tsconfig unreadable. All else in it is between its owner and the compiler.
const fatal = new Set([5083, 6053, 18000, 18002, 18003]);

/** Parses the files of a tsconfig. Undefined after a report when it cannot be read. */
export function load(tsconfig: string, problems: Problems, library?: Library): Project | undefined {
  const path = ts.sys.resolvePath(tsconfig);
  const config = readConfig(path, problems);
  if (config === undefined) return undefined;
  const options = { ...config.options, ...reading };
  const host = createHost(options, library);
  const rootNames = [...config.fileNames].sort(compare);
  const program = ts.createProgram({ rootNames, options, host });
  const files = program
    .getSourceFiles()
    .filter((file) => !file.isDeclarationFile && !program.isSourceFileFromExternalLibrary(file))
    .sort((a, b) => compare(a.fileName, b.fileName));
  reportSyntaxErrors(program, files, problems);
  // What stands behind a syntax error is guesswork, and findings about guesses help nobody.
  if (problems.hasErrors) return undefined;
  const root = dirname(path);
  return { root, name: packageName(root) ?? "services", program, files };
}

function readConfig(path: string, problems: Problems): ts.ParsedCommandLine | undefined {
  const mend =
    "Mend it, or name the tsconfig that your services are compiled with: rpc generate --project <path>";
  if (!ts.sys.fileExists(path)) {
    problems.report("RPC1000", undefined, `no tsconfig at ${path}`, mend);
    return undefined;
  }
  const { config, error } = ts.readConfigFile(path, ts.sys.readFile);
  const parsed = error
    ? undefined
    : ts.parseJsonConfigFileContent(config, ts.sys, dirname(path), undefined, path);
  const found = error ?? parsed?.errors.find((candidate) => fatal.has(candidate.code));
  if (found === undefined) return parsed;
  problems.add(fromCompiler(found, "RPC1000", mend));
  return undefined;
}

function createHost(options: ts.CompilerOptions, library: Library = new Map()): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const folder = dirname(host.getDefaultLibFileName(options));
  const parse = host.getSourceFile.bind(host);
  host.getSourceFile = (path, language, onError, fresh) => {
    if (!path.startsWith(folder)) return parse(path, language, onError, fresh);
    const known = library.get(path);
    if (known !== undefined) return known;
    // The standard library's docs are never carried over, and they are a third of what there is to parse.
    const plain = typeof language === "object" ? language : { languageVersion: language };
    const file = parse(path, { ...plain, jsDocParsingMode: ts.JSDocParsingMode.ParseNone }, onError, fresh);
    if (file !== undefined) library.set(path, file);
    return file;
  };
  return host;
}

function reportSyntaxErrors(program: ts.Program, files: readonly ts.SourceFile[], problems: Problems): void {
  for (const file of files) {
    for (const found of program.getSyntacticDiagnostics(file)) {
      problems.add(fromCompiler(found, "RPC1002", "Mend the syntax; the types behind it cannot be read."));
    }
  }
}

function fromCompiler(found: ts.Diagnostic, code: "RPC1000" | "RPC1002", mend: string): Diagnostic {
  const message = ts.flattenDiagnosticMessageText(found.messageText, "\n");
  const { file, start, length } = found;
  if (file === undefined || start === undefined) return { code, severity: "error", message, mend };
  return { code, severity: "error", message, mend, place: placeOf(file, start, start + (length ?? 1)) };
}
