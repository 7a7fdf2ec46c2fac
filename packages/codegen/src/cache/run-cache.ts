import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../diagnostics.js";
import { changedSince, folderPrint, landmarks, makerPrint, samePrints, takePrints } from "./prints.js";

/** A run that went well, as it is remembered. */
export interface CachedRun {
  readonly diagnostics: readonly Diagnostic[];
  readonly inputs: readonly string[];
  readonly folders: readonly string[];
  readonly outputs: readonly string[];
}

/** A run that went well, to be remembered. */
export interface FinishedRun {
  /** When it began to read. */
  readonly started: number;
  readonly inputs: readonly string[];
  readonly folders: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly outputs: ReadonlyMap<string, string>;
}

interface Stored {
  readonly format: 1;
  readonly maker: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly landmarks: Readonly<Record<string, string>>;
  readonly folders: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What one run of one project came to, by the contents of everything that it depended on.
 *
 * Losing it costs a run of the compiler and nothing else, so what is wrong with its file is no error.
 */
export class RunCache {
  readonly #path: string;
  readonly #tsconfig: string;

  /** `identity` tells runs of different projects and outputs apart. */
  constructor(folder: string, identity: { readonly tsconfig: string }) {
    const name = createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 16);
    this.#path = join(folder, `${name}.json`);
    this.#tsconfig = identity.tsconfig;
  }

  /** The last run, if running again would come to the same and its files are still as it left them. */
  find(): CachedRun | undefined {
    const stored = this.#read();
    if (stored === undefined || stored.maker !== makerPrint()) return undefined;
    const sameFolders = Object.entries(stored.folders).every(
      ([folder, print]) => folderPrint(folder) === print,
    );
    if (!sameFolders || ![stored.landmarks, stored.inputs, stored.outputs].every(samePrints))
      return undefined;
    return {
      diagnostics: stored.diagnostics,
      inputs: Object.keys(stored.inputs),
      folders: Object.keys(stored.folders),
      outputs: Object.keys(stored.outputs),
    };
  }

  /** Remembers a run. */
  keep({ started, inputs, folders, diagnostics, outputs }: FinishedRun): void {
    // What was saved while it was being read would be remembered as something that nobody read.
    if (inputs.some((path) => !outputs.has(path) && changedSince(path, started))) return;
    const stored: Stored = {
      format: 1,
      maker: makerPrint(),
      inputs: takePrints(inputs),
      landmarks: takePrints(landmarks(this.#tsconfig)),
      folders: Object.fromEntries(folders.map((folder) => [folder, folderPrint(folder)])),
      outputs: takePrints([...outputs.keys()]),
      diagnostics,
    };
    try {
      mkdirSync(join(this.#path, ".."), { recursive: true });
      // Another run may be reading it, and must not see half of it.
      const half = `${this.#path}.${process.pid}`;
      writeFileSync(half, JSON.stringify(stored));
      renameSync(half, this.#path);
    } catch {
      // A folder that cannot be written to: the next run reads the sources again.
    }
  }

  #read(): Stored | undefined {
    try {
      const stored: Stored = JSON.parse(readFileSync(this.#path, "utf8"));
      return stored.format === 1 ? stored : undefined;
    } catch {
      // Not there yet, or written by something else.
      return undefined;
    }
  }
}
