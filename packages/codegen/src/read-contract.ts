import type { Contract } from "@rpc/core/contract";
import { type Diagnostic, Problems } from "./diagnostics.js";
import { find } from "./find.js";
import { load } from "./load.js";
import { Marks } from "./marks.js";
import type { Library, Memory } from "./memory.js";
import type { PrintedParts } from "./print/contract.js";
import type { HashedContract } from "./read/hash.js";
import { KeptReading } from "./read/kept-reading.js";
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
  /** JSON of its parts, as far as earlier runs printed them. */
  readonly printed?: PrintedParts | undefined;
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
    const { program } = project;
    const kept = memory && new KeptReading(memory, program);
    const types = new TypeReader(program, problems, kept?.types);
    const marks = new Marks(types.checker, types.core, problems);
    const services = find(project, marks, problems, kept);
    found = read(project, services, { types, marks, problems }, kept);
    // What came with an error may be guesswork. What was read before it stays good.
    if (memory && kept && !problems.hasErrors) memory.reading = kept.next(types.types);
  }
  return {
    ...(problems.hasErrors || found === undefined ? { contract: undefined } : found),
    diagnostics: problems.list(),
    inputs,
    folders,
  };
}
