import { resolve } from "node:path";
import { cacheFolder } from "./cache-folder.js";
import { readConfig } from "./config.js";
import { readContract } from "./contract-source.js";
import { clean, findings } from "./exit-codes.js";
import type { AskFlags } from "./server-contract.js";
import type { Terminal } from "./terminal.js";

/** Flags of `rpc contract`. */
export interface ContractFlags extends AskFlags {
  readonly from?: string;
  readonly project?: string;
}

/** Runs `rpc contract`: prints the contract of the project, or of what `--from` names. Resolves to the exit code. */
export async function runContract(flags: ContractFlags, terminal: Terminal): Promise<number> {
  const { format, generate, printContract } = await import("@rpc/codegen");
  if (flags.from !== undefined) {
    terminal.out(printContract(await readContract(flags.from, terminal, "contract.json", flags)));
    return clean;
  }
  const project =
    flags.project ?? (await readConfig(terminal.cwd, cacheFolder(terminal.cwd)))?.project ?? "tsconfig.json";
  const { contract, diagnostics } = await generate({ tsconfig: resolve(terminal.cwd, project) });
  const shown = format(diagnostics, { root: terminal.cwd, color: terminal.color });
  if (shown !== "") terminal.err(`${shown}\n`);
  if (contract === undefined) return findings;
  terminal.out(printContract(contract));
  return clean;
}
