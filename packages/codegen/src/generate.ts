import { resolve } from "node:path";
import type { Contract } from "@rpc/core/contract";
import { type Diagnostic, Problems } from "./diagnostics.js";
import { find } from "./find.js";
import { type Library, load } from "./load.js";
import { Marks } from "./marks.js";
import { printClient } from "./print/client.js";
import { printContract } from "./print/contract.js";
import { read } from "./read.js";
import { TypeReader } from "./schema/type-reader.js";
import { type Written, write } from "./write.js";

/** What to generate from, and where to. Paths are relative to the working directory. */
export interface GenerateOptions {
  /** The tsconfig that the services are compiled with. */
  readonly tsconfig: string;
  /** File for the clients. Default: none is written. */
  readonly client?: string | undefined;
  /** File for the contract. Default: none is written. */
  readonly contract?: string | undefined;
  /** Writes nothing and tells which files would change. Default false. */
  readonly check?: boolean | undefined;
  /** Where runs in one process share the parsed standard library. Default: each parses its own. */
  readonly library?: Library | undefined;
}

/** What a run came to. */
export interface GenerateResult extends Written {
  /** No errors, and with `check` no stale files. */
  readonly ok: boolean;
  /** All findings, errors and warnings, in the order of the source. */
  readonly diagnostics: readonly Diagnostic[];
  /** Absent when there was any error. */
  readonly contract?: Contract;
}

/** Reads the services of a project and writes their clients and contract. Any error, and nothing is written. */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  const problems = new Problems();
  const contract = readContract(options, problems);
  const diagnostics = problems.list();
  if (contract === undefined || problems.hasErrors) {
    return { ok: false, diagnostics, written: [], stale: [], unchanged: [] };
  }
  const files = new Map<string, string>();
  if (options.client) files.set(resolve(options.client), printClient(contract));
  if (options.contract) files.set(resolve(options.contract), printContract(contract));
  const outcome = write(files, { check: options.check ?? false });
  return { ok: outcome.stale.length === 0, diagnostics, contract, ...outcome };
}

function readContract({ tsconfig, library }: GenerateOptions, problems: Problems): Contract | undefined {
  const project = load(tsconfig, problems, library);
  if (project === undefined) return undefined;
  const types = new TypeReader(project.program, problems);
  const marks = new Marks(types.checker, types.core, problems);
  return read(project, find(project, marks, problems), { types, marks, problems });
}
