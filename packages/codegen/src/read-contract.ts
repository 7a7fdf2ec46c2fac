import type { Contract } from "@rpc/core/contract";
import { type Diagnostic, Problems } from "./diagnostics.js";
import { find } from "./find.js";
import { type Library, load, type Memory } from "./load.js";
import { Marks } from "./marks.js";
import type { HashedContract } from "./read/hash.js";
import { read } from "./read.js";
import { TypeReader } from "./schema/type-reader.js";

/** What to read, and what earlier runs left. */
export interface ReadOptions {
  readonly tsconfig: string;
  readonly library?: Library | undefined;
  readonly memory?: Memory | undefined;
}

/** A contract, or the reasons why there is none, and what both depend on. */
export interface ReadResult {
  /** Absent when there was any error. */
  readonly contract: Contract | undefined;
  /** The text that the hash of each service was made of. */
  readonly texts?: ReadonlyMap<string, string> | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Files that were read, the standard library apart. */
  readonly inputs: readonly string[];
  /** Folders in which another source file would count too. */
  readonly folders: readonly string[];
}

/** Reads the services of a project into a contract. */
export function readContract({ tsconfig, library, memory }: ReadOptions): ReadResult {
  const problems = new Problems();
  const { project, inputs, folders } = load(tsconfig, problems, { library, memory });
  let found: HashedContract | undefined;
  if (project !== undefined) {
    const types = new TypeReader(project.program, problems);
    const marks = new Marks(types.checker, types.core, problems);
    found = read(project, find(project, marks, problems), { types, marks, problems });
  }
  return {
    ...(problems.hasErrors || found === undefined ? { contract: undefined } : found),
    diagnostics: problems.list(),
    inputs,
    folders,
  };
}
