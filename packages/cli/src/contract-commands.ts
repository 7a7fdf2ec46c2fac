import type { Command } from "commander";
import { type BreakingFlags, runBreaking } from "./breaking-command.js";
import { type ContractFlags, runContract } from "./contract-command.js";
import { type DocsFlags, runDocs } from "./docs-command.js";
import type { Terminal } from "./terminal.js";

/** Adds the commands that read contracts: `contract`, `breaking` and `docs`. */
export function addContractCommands(
  program: Command,
  terminal: Terminal,
  exit: (code: number) => void,
): void {
  reaching(program.command("contract"))
    .description("Prints the contract of the project, or of a running server.")
    .option(
      "--from <source>",
      "a server such as tcp://127.0.0.1:7000, a file, git:ref[:path], or an http(s) URL",
    )
    .option("-p, --project <path>", 'tsconfig of the services (default: "tsconfig.json")')
    .action(async (flags: ContractFlags) => exit(await runContract(flags, terminal)));
  reaching(program.command("breaking"))
    .description("Tells which changes of the contract break clients that have another one.")
    .option(
      "--against <source>",
      "the contract that clients have: a file, git:ref[:path], a server, or an http(s) URL",
    )
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

// How a server is reached, the same as where it is called.
function reaching(command: Command): Command {
  return command
    .option("--credentials-file <path>", "what to show a server (default: RPC_CREDENTIALS, if set)")
    .option("--ca <path>", "for tls and wss: authorities that the server's certificate may come from")
    .option("--cert <path>", "for tls and wss: own certificate")
    .option("--cert-key <path>", "for tls and wss: its private key")
    .option("--curve-server <key>", "for zmq with CURVE: the public key of the server")
    .option("--curve-key <path>", "for zmq with CURVE: file with one's own secret key");
}
