import { join, resolve } from "node:path";
import type { Contract } from "@rpc/core/contract";
import { RunCache } from "./cache/run-cache.js";
import type { Diagnostic } from "./diagnostics.js";
import type { Library, Memory } from "./memory.js";
import { printClient } from "./print/client.js";
import { printContract } from "./print/contract.js";
import { printSplitClient } from "./print/split-client.js";
import { printValidators } from "./print/validators.js";
import type { ReadResult } from "./read-contract.js";
import { findStale } from "./stale.js";
import { type Written, write } from "./write.js";

/** What to generate from, and where to. Paths are relative to the working directory. */
export interface GenerateOptions {
  /** The tsconfig that the services are compiled with. */
  readonly tsconfig: string;
  /** File for the clients, or with `split` their folder. Default: none is written. */
  readonly client?: string | undefined;
  /** Writes a file for each service into the folder `client`, and takes away those of services that are gone. Default false. */
  readonly split?: boolean | undefined;
  /** File for the contract. Default: none is written. */
  readonly contract?: string | undefined;
  /** File for the validators that `serve` takes beside the contract. Default: none is written. */
  readonly validators?: string | undefined;
  /** Writes nothing and tells which files would change. Default false. */
  readonly check?: boolean | undefined;
  /** Folder that remembers what was read, so that a run after which nothing changed does not read it again. Default: none. */
  readonly cache?: string | undefined;
  /** Hears what the run is about to do. */
  readonly onProgress?: ((step: "read" | "write") => void) | undefined;
  /** Where runs in one process share the parsed standard library. Default: each parses its own. */
  readonly library?: Library | undefined;
  /** What one run leaves to the next of the same project, which is quicker for it. Default: nothing. */
  readonly memory?: Memory | undefined;
}

/** What a run came to. */
export interface GenerateResult extends Written {
  /** No errors, and with `check` no stale files. */
  readonly ok: boolean;
  /** All findings, errors and warnings, in the order of the source. */
  readonly diagnostics: readonly Diagnostic[];
  /** Absent when there was any error, and when nothing was read because nothing has changed. */
  readonly contract?: Contract;
  /** Files that the run depended on. */
  readonly inputs: readonly string[];
  /** Folders in which another source file would count too. */
  readonly folders: readonly string[];
}

/** Reads the services of a project and writes their clients and contract. Any error, and nothing is written. */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  const cache = options.cache === undefined ? undefined : new RunCache(options.cache, identityOf(options));
  const known = cache?.find();
  if (known !== undefined) {
    return { ok: true, ...known, written: [], stale: [], removed: [], unchanged: known.outputs };
  }
  const started = Date.now();
  options.onProgress?.("read");
  // The compiler is loaded here and nowhere before: what does not need it does not wait for it.
  const { readContract } = await import("./read-contract.js");
  const { contract, texts, printed, diagnostics, inputs, folders } = readContract(options);
  if (contract === undefined) {
    return { ok: false, diagnostics, inputs, folders, written: [], stale: [], removed: [], unchanged: [] };
  }
  options.onProgress?.("write");
  const files = print({ contract, texts, printed }, options);
  const gone = options.client && options.split ? findStale(resolve(options.client), files) : [];
  const outcome = write(files, gone, { check: options.check ?? false });
  const ok = outcome.stale.length === 0;
  if (ok) cache?.keep({ started, inputs, folders, diagnostics, outputs: files });
  return { ok, diagnostics, contract, inputs, folders, ...outcome };
}

function print(
  { contract, texts, printed }: Pick<ReadResult, "texts" | "printed"> & { readonly contract: Contract },
  { client, split, contract: file, validators }: GenerateOptions,
): Map<string, string> {
  const files = new Map<string, string>();
  if (client && split) {
    for (const [name, text] of printSplitClient(contract, texts))
      files.set(join(resolve(client), name), text);
  } else if (client) {
    files.set(resolve(client), printClient(contract, texts));
  }
  if (file) files.set(resolve(file), printContract(contract, printed));
  if (validators) files.set(resolve(validators), printValidators(contract));
  return files;
}

// Runs that agree in these give the same files from the same sources.
function identityOf({ tsconfig, client, split, contract, validators }: GenerateOptions) {
  const path = (file: string | undefined) => (file ? resolve(file) : "");
  return {
    tsconfig: resolve(tsconfig),
    client: path(client),
    split: split ?? false,
    contract: path(contract),
    validators: path(validators),
  };
}
