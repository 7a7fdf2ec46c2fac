import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { addContractCommands } from "./contract-commands.js";
import { clean, findings, UsageError, usage } from "./exit-codes.js";
import { runExplain } from "./explain-command.js";
import { type GenerateFlags, runGenerate } from "./generate-command.js";
import { type InitFlags, runInit } from "./init-command.js";
import { addRemoteCommands } from "./remote/remote-commands.js";
import type { Terminal } from "./terminal.js";

/** Runs the command `rpc` with these arguments; resolves to the exit code, which README.md explains. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = clean;
  const program = createProgram(terminal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    return explain(error, terminal);
  }
}

function createProgram(terminal: Terminal, exit: (code: number) => void): Command {
  const program = new Command("rpc")
    .description(
      "Makes contracts and typed clients of classes that other processes call, and talks to their servers.",
    )
    .version(readVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .showHelpAfterError("Run rpc --help to see what there is.")
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) });
  program
    .command("init")
    .description("Writes a configuration to start from, and says what comes next.")
    .option("--json", "write rpc.config.json instead of rpc.config.ts")
    .action((flags: InitFlags) => exit(runInit(flags, terminal)));
  program
    .command("generate")
    .description("Reads the services of a project and writes their clients and contract.")
    .option("-p, --project <path>", 'tsconfig of the services (default: "tsconfig.json")')
    .option("--client <path>", "file for the clients, such as src/generated/client.ts")
    .option("--split", "write one file for each service; --client is then a folder")
    .option("--contract <path>", "file for the contract, such as contract.json")
    .option(
      "--validators <path>",
      "file for the validators that serve takes, such as src/generated/validators.ts",
    )
    .option("--check", "write nothing; exit with 1 if anything would change")
    .option("--only <outputs>", "write only client, contract or validators, or several with commas")
    .option("--watch", "run again whenever a source changes")
    .option("--format <format>", "show findings as text or github (default: text)")
    .option("--no-cache", "read everything again, even if nothing has changed")
    .addHelpText("after", "\nWhat is not given comes from rpc.config.ts or rpc.config.json.")
    .action(async (flags: GenerateFlags) => exit(await runGenerate(flags, terminal)));
  program
    .command("explain")
    .description("Says what a finding means, why it is one, and how to mend it.")
    .argument("[code]", "its number, such as RPC2004; without one, lists all")
    .action((code: string | undefined) => exit(runExplain(code, terminal)));
  addContractCommands(program, terminal, exit);
  addRemoteCommands(program, terminal, exit);
  for (const command of program.commands)
    command.showHelpAfterError(`Run rpc ${command.name()} --help to see what it takes.`);
  return program;
}

function explain(error: unknown, terminal: Terminal): number {
  // Commander has said what is wrong already, or has printed what was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? clean : usage;
  if (error instanceof UsageError) {
    terminal.err(`${error.message}\n`);
    return usage;
  }
  if (error instanceof Error && "syscall" in error) {
    terminal.err(`${error.message}\n`);
    return findings;
  }
  throw error;
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return version;
}
