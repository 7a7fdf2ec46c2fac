import { dirname } from "node:path";
import { compare } from "./compare.js";
import { type Diagnostic, type Problems, placeOf } from "./diagnostics.js";
import { type Library, type Memory, remember } from "./memory.js";
import { packageName } from "./package-name.js";
import ts from "./typescript.cjs";

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

/** A project, or none after a report, and what that depends on. */
export interface Loaded {
  readonly project: Project | undefined;
  /** Files that were read, the standard library apart. */
  readonly inputs: readonly string[];
  /** Folders in which another source file would count too. */
  readonly folders: readonly string[];
}

/** What earlier runs left. */
export interface LoadOptions {
  readonly library?: Library | undefined;
  readonly memory?: Memory | undefined;
}

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

/** Parses the files of a tsconfig. */
export function load(tsconfig: string, problems: Problems, options: LoadOptions): Loaded {
  const path = ts.sys.resolvePath(tsconfig);
  const inputs = new Set<string>();
  const sys = { ...ts.sys, readFile: noting(inputs, ts.sys.readFile) };
  const config = readConfig(path, sys, problems);
  const project = config && parseFiles(path, config, { ...options, inputs, problems });
  const folders = Object.keys(config?.wildcardDirectories ?? {}).map((folder) => ts.sys.resolvePath(folder));
  return { project, inputs: [...inputs], folders };
}

interface Parsing extends LoadOptions {
  readonly inputs: Set<string>;
  readonly problems: Problems;
}

function parseFiles(path: string, config: ts.ParsedCommandLine, parsing: Parsing): Project | undefined {
  const { inputs, memory, problems } = parsing;
  const options = { ...config.options, ...reading };
  const host = createHost(options, parsing);
  const rootNames = [...config.fileNames].sort(compare);
  const program = ts.createProgram({
    rootNames,
    options,
    host,
    ...(memory?.program && { oldProgram: memory.program }),
  });
  if (memory) memory.program = program;
  for (const file of program.getSourceFiles()) {
    if (!program.isSourceFileDefaultLibrary(file)) inputs.add(file.fileName);
  }
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

// Also what is looked for in vain: once it is there, the answer may be another.
function noting<Result>(inputs: Set<string>, readFile: (path: string, encoding?: string) => Result) {
  return (path: string, encoding?: string): Result => {
    inputs.add(path);
    return readFile(path, encoding);
  };
}

function readConfig(path: string, sys: ts.System, problems: Problems): ts.ParsedCommandLine | undefined {
  const mend =
    "Mend it, or name the tsconfig that your services are compiled with: rpc generate --project <path>";
  if (!sys.fileExists(path)) {
    problems.report("RPC1000", undefined, `no tsconfig at ${path}`, mend);
    return undefined;
  }
  const { config, error } = ts.readConfigFile(path, sys.readFile);
  const parsed = error
    ? undefined
    : ts.parseJsonConfigFileContent(config, sys, dirname(path), undefined, path);
  const found = error ?? parsed?.errors.find((candidate) => fatal.has(candidate.code));
  if (found === undefined) return parsed;
  problems.add(fromCompiler(found, "RPC1000", mend));
  return undefined;
}

function createHost(options: ts.CompilerOptions, { inputs, library, memory }: Parsing): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const folder = dirname(host.getDefaultLibFileName(options));
  const parse = host.getSourceFile.bind(host);
  host.readFile = noting(inputs, host.readFile.bind(host));
  if (memory) memory.library ??= new Map();
  const parsed: Library = library ?? memory?.library ?? new Map();
  if (memory) remember(memory, host);
  const parseOwn = host.getSourceFile;
  host.getSourceFile = (path, language, onError, fresh) => {
    if (!path.startsWith(folder)) return parseOwn(path, language, onError, fresh);
    const known = parsed.get(path);
    if (known !== undefined) return known;
    // The standard library's docs are never carried over, and they are a third of what there is to parse.
    const plain = typeof language === "object" ? language : { languageVersion: language };
    const file = parse(path, { ...plain, jsDocParsingMode: ts.JSDocParsingMode.ParseNone }, onError, fresh);
    if (file !== undefined) parsed.set(path, file);
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
