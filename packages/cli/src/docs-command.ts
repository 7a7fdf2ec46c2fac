import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { contractPath } from "./breaking-command.js";
import { readContract } from "./contract-source.js";
import { clean } from "./exit-codes.js";
import type { Terminal } from "./terminal.js";

/** Flags of `rpc docs`. */
export interface DocsFlags {
  readonly contract?: string;
  readonly out?: string;
}

/** Runs `rpc docs`: prints the contract as Markdown, or writes it to a file. Resolves to the exit code. */
export async function runDocs(flags: DocsFlags, terminal: Terminal): Promise<number> {
  const path = await contractPath(flags.contract, terminal);
  const contract = await readContract(path, terminal, path);
  const { printDocs } = await import("@rpc/codegen");
  const text = printDocs(contract);
  if (flags.out === undefined) {
    terminal.out(text);
    return clean;
  }
  const file = resolve(terminal.cwd, flags.out);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  terminal.out(`wrote ${flags.out}\n`);
  return clean;
}
