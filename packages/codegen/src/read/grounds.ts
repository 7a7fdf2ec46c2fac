import { compare } from "../compare.js";
import type { Memory } from "../memory.js";
import ts from "../typescript.cjs";

/** What every service rests on: the options, which files there are, and those among them that speak for all. */
export interface World {
  readonly options: string;
  readonly paths: readonly string[];
  readonly everywhere: readonly ts.SourceFile[];
}

/** What the reading of one service rests on: the files of the project that it can reach. */
export type Grounds = ReadonlySet<ts.SourceFile>;

/** The world of a program. Another one, and nothing read in this one holds. */
export function worldOf(program: ts.Program): World {
  const files = program.getSourceFiles();
  return {
    options: JSON.stringify(program.getCompilerOptions()),
    // Sorted: which import is met first may change with any file.
    paths: files.map((file) => file.fileName).sort(compare),
    // Declarations change when packages do. Each service reaches many, so they are asked once for all.
    everywhere: files.filter((file) => file.isDeclarationFile || speaksForAll(file)),
  };
}

/** Whether two worlds are one: the same files by name, and of those that speak for all the same text. */
export function sameWorld(a: World, b: World): boolean {
  return a.options === b.options && sameItems(a.paths, b.paths) && sameItems(a.everywhere, b.everywhere);
}

/** Finds the files that grounds consist of by path, declarations left out. The program takes its time, so each is asked for once. */
export class GroundFiles {
  readonly #program: ts.Program;
  readonly #files = new Map<string, ts.SourceFile | undefined>();

  constructor(program: ts.Program) {
    this.#program = program;
  }

  get(path: string): ts.SourceFile | undefined {
    if (this.#files.has(path)) return this.#files.get(path);
    const file = this.#program.getSourceFile(path);
    const found = file?.isDeclarationFile ? undefined : file;
    this.#files.set(path, found);
    return found;
  }
}

/** A file and all of the project that it imports, and what that imports: a file that has changed is another object. */
export function groundsOf(file: ts.SourceFile, files: GroundFiles, { imports }: Memory): Grounds {
  const reached = new Set([file]);
  // What is added while it is walked is walked too.
  for (const { fileName } of reached) {
    for (const path of imports?.get(fileName) ?? []) {
      const imported = files.get(path);
      if (imported) reached.add(imported);
    }
  }
  return reached;
}

/** Whether what was reached then is what is reached now. */
export function sameGrounds(a: Grounds, b: Grounds): boolean {
  return a.size === b.size && [...a].every((file) => b.has(file));
}

// Scripts declare for the whole program, and so does a module that says `declare global` or adds to another module.
function speaksForAll(file: ts.SourceFile): boolean {
  if (!ts.isExternalModule(file)) return true;
  return file.statements.some(
    (statement) =>
      ts.isModuleDeclaration(statement) &&
      (ts.isStringLiteral(statement.name) || statement.flags & ts.NodeFlags.GlobalAugmentation),
  );
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
