import type { Command } from "commander";
import type { Terminal } from "../terminal.js";
import { type BenchFlags, runBench } from "./bench-command.js";
import { type CallFlags, runCall } from "./call-command.js";
import { runComplete } from "./complete-command.js";
import { runCompletions } from "./completions-command.js";
import { runDescribe } from "./describe-command.js";
import { type HealthFlags, runHealth } from "./health-command.js";
import { runLs } from "./ls-command.js";
import { runOutcome } from "./outcome-command.js";
import { type RecordFlags, runRecord } from "./record-command.js";
import { type ReplayFlags, runReplay } from "./replay-command.js";
import { runSub, type SubFlags } from "./sub-command.js";
import { runTop, type TopFlags } from "./top-command.js";
import type { ServerFlags } from "./with-server.js";

/** Adds the commands that talk to a running server. */
export function addRemoteCommands(program: Command, terminal: Terminal, exit: (code: number) => void): void {
  command(program, "ls", "Lists the services of a server and their members.", [
    "rpc ls tcp://127.0.0.1:7000",
  ]).action(async (url: string, flags: ServerFlags) => exit(await runLs(url, flags, terminal)));
  command(program, "describe", "Tells the docs, types and errors of a service, or of one member.", [
    "rpc describe tcp://127.0.0.1:7000 Person",
    "rpc describe tcp://127.0.0.1:7000 Person.changeName",
  ])
    .argument("<name>", "Service, or Service.member")
    .action(async (url: string, name: string, flags: ServerFlags) =>
      exit(await runDescribe({ url, name }, flags, terminal)),
    );
  command(program, "call", "Calls a method and prints what it answers.", [
    `rpc call tcp://127.0.0.1:7000 Person.changeName '"Alex"'`,
    "rpc call tcp://127.0.0.1:7000 Desk.place @order.json --key 7f3a",
    "cat ticks.ndjson | rpc call zmq://127.0.0.1:7001 Feed.take -",
  ])
    .argument("<method>", "Service.method")
    .argument("[arguments...]", "each as JSON; @file reads a file, - what is piped in; print for a function")
    .option("--key <key>", "for a once method: names what is to be done, so that it is done once")
    .option("--stream", "the method answers with a stream; for a server that tells no contract")
    .option("--unchecked", "send the arguments without comparing them with the contract")
    .option("--stay", "go on printing the calls of its callbacks when it has answered")
    .action(async (url: string, name: string, args: string[], flags: CallFlags) =>
      exit(await runCall({ url, name, args }, flags, terminal)),
    );
  command(program, "outcome", "Says what became of a call of a once method.", [
    "rpc outcome tcp://127.0.0.1:7000 Desk.place 7f3a",
  ])
    .argument("<method>", "Service.method")
    .argument("<key>", "the key it was called with")
    .action(async (url: string, name: string, key: string, flags: ServerFlags) =>
      exit(await runOutcome({ url, name, key }, flags, terminal)),
    );
  command(program, "sub", "Subscribes to an event and prints what comes.", [
    "rpc sub tcp://127.0.0.1:7000 TradingDesk.ticks INDEX.",
    "rpc sub tcp://127.0.0.1:7000 TradingDesk.ticks --count 10 --json",
  ])
    .argument("<event>", "Service.event")
    .argument("[prefix]", "topics that start with it; none is all", "")
    .option("--from <place>", "now, oldest, or epoch:position", "now")
    .option("--count <items>", "end after so many")
    .option("--max-rate <items>", "of a latest or table: at most so many changes a second")
    .option("--values", "print the values alone; gaps go to standard error")
    .action(async (url: string, name: string, prefix: string, flags: SubFlags) =>
      exit(await runSub({ url, name, prefix }, flags, terminal)),
    );
  command(program, "health", "Says whether a server and its services do their work; exits with 1 when not.", [
    "rpc health tcp://127.0.0.1:7000",
    "rpc health tcp://127.0.0.1:7000 Quotes --watch",
  ])
    .argument("[service]", "look at this service alone")
    .option("--watch", "go on, and say every change")
    .action(async (url: string, service: string | undefined, flags: HealthFlags) =>
      exit(await runHealth({ url, service }, flags, terminal)),
    );
  command(program, "bench", "Calls a method again and again and says how quick it is. It really calls.", [
    "rpc bench tcp://127.0.0.1:7000 Person.getName --in-flight 100 --duration 5s --yes",
  ])
    .argument("<method>", "Service.method")
    .argument("[arguments...]", "each as JSON, the same at every call")
    .option("--in-flight <calls>", "how many wait for their answers at once", "100")
    .option("--duration <duration>", "how long", "5s")
    .option("--yes", "also if it is not idempotent: that it runs thousands of times does no harm")
    .option("--unchecked", "send the arguments without comparing them with the contract")
    .action(async (url: string, name: string, args: string[], flags: BenchFlags) =>
      exit(await runBench({ url, name, args }, flags, terminal)),
    );
  command(
    program,
    "top",
    "Shows the numbers of a server as they change: calls, methods, queues, slow subscribers.",
    ["rpc top tcp://127.0.0.1:7000", "rpc top tcp://127.0.0.1:7000 --once --json"],
  )
    .option("--interval <duration>", "how often, from 100ms to 60s", "1s")
    .option("--once", "print the numbers of one interval, and end")
    .action(async (url: string, flags: TopFlags) => exit(await runTop(url, flags, terminal)));
  command(program, "record", "Writes what an event tells to a file, for rpc replay.", [
    "rpc record tcp://127.0.0.1:7000 TradingDesk.ticks STOCK. ticks.ndjson",
  ])
    .argument("<event>", "Service.event")
    .argument("<prefix>", "topics that start with it; '' is all")
    .argument("<file>", "where to; never over one that is there")
    .option("--from <place>", "now, oldest, or epoch:position", "now")
    .option("--count <items>", "end after so many")
    .option("--overwrite", "lose what is in the file")
    .action(async (url: string, name: string, prefix: string, file: string, flags: RecordFlags) =>
      exit(await runRecord({ url, name, prefix, file }, flags, terminal)),
    );
  program
    .command("replay")
    .description("Serves the event of a recording, under its own name, as it came.")
    .argument("<file>", "what rpc record wrote")
    .argument("<listen>", "where to listen, such as tcp://127.0.0.1:7000; port 0 takes a free one")
    .option("--speed <times>", "times as quick as it came; max is as quick as subscribers take it", "1")
    .option("--now", "begin without a subscriber")
    .option("--loop", "begin again at the end")
    .option("--stay", "stay when everything was published")
    .option(
      "--key <property>",
      "of a latest or table whose key the recording does not know: where values have it",
    )
    .option("--cert <path>", "for tls and wss: own certificate")
    .option("--cert-key <path>", "for tls and wss: its private key")
    .option("--ca <path>", "for tls and wss: authorities that the clients' certificates must come from")
    .option("--curve-key <path>", "for zmq with CURVE: file with one's own secret key")
    .option("--curve-allowed <path>", "for zmq with CURVE: file with the public keys that get in")
    .option("--insecure", "let anyone connect who can reach it, where that is not this machine only")
    .addHelpText("after", exampleText(["rpc replay ticks.ndjson tcp://127.0.0.1:7000 --speed 10"]))
    .action(async (file: string, listen: string, flags: ReplayFlags) =>
      exit(await runReplay({ file, listen }, flags, terminal)),
    );
  program
    .command("completions")
    .description("Prints what makes a shell complete the commands and options of rpc.")
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText("after", exampleText(["source <(rpc completions bash)", "rpc completions fish | source"]))
    .action((shell: string) => exit(runCompletions(shell, program, terminal)));
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action(async (words: string[]) => exit(await runComplete(words, program, terminal)));
}

function command(program: Command, name: string, description: string, examples: readonly string[]): Command {
  return program
    .command(name)
    .description(description)
    .argument("<url>", "where the server listens, such as tcp://127.0.0.1:7000")
    .option("--json", "print JSON, one object a line")
    .option("--timeout <duration>", "give up after this long, such as 500ms or 5s (default: 10s)")
    .option("--credentials-file <path>", "what to show the server (default: RPC_CREDENTIALS, if set)")
    .option("--ca <path>", "for tls and wss: authorities that the server's certificate may come from")
    .option("--cert <path>", "for tls and wss: own certificate")
    .option("--cert-key <path>", "for tls and wss: its private key")
    .option("--curve-server <key>", "for zmq with CURVE: the public key of the server")
    .option("--curve-key <path>", "for zmq with CURVE: file with one's own secret key")
    .addHelpText("after", exampleText(examples));
}

function exampleText(examples: readonly string[]): string {
  return `\nExample${examples.length > 1 ? "s" : ""}:\n${examples.map((one) => `  ${one}\n`).join("")}`;
}
