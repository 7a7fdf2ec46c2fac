import type { Command } from "commander";
import { type BreakingFlags, runBreaking } from "./breaking-command.js";
import { type DocsFlags, runDocs } from "./docs-command.js";
import type { Terminal } from "./terminal.js";

/** Adds the commands that read contracts: `breaking` and `docs`. */
export function addContractCommands(
  program: Command,
  terminal: Terminal,
  exit: (code: number) => void,
): void {
  program
    .command("breaking")
    .description("Tells which changes of the contract break clients that have another one.")
    .option("--against <source>", "the contract that clients have: a file, git:ref[:path], or an http(s) URL")
    .option("--contract <path>", "the contract as it is now (default: from the configuration)")
    .option(
      "--profile <profile>",
      "wire: clients that run; source: also programs that are compiled again",
      "wire",
    )
    .option("--format <format>", "text, json, or github for annotations", "text")
    .addHelpText("after", "\nExits with 1 when a change is breaking.")
    .action(async (flags: BreakingFlags) => exit(await runBreaking(flags, terminal)));
  program
    .command("docs")
    .description("Prints the contract as Markdown.")
    .option("--contract <path>", "the contract (default: from the configuration)")
    .option("--out <path>", "file to write to instead of printing")
    .action(async (flags: DocsFlags) => exit(await runDocs(flags, terminal)));
}
