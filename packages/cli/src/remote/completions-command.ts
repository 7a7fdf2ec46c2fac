import type { Command } from "commander";
import { clean, UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { didYouMean } from "./suggest.js";

/** A command as a shell completes it. */
export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
}

interface CompletedOption {
  readonly long: string;
  readonly description: string;
  /** Whether it takes a value; with `path` in it, that of a file. */
  readonly takesValue: boolean;
}

const printers = { bash: printBash, zsh: printZsh, fish: printFish } as const;

/** Runs `rpc completions`: prints what makes a shell complete the commands and options of `rpc`. */
export function runCompletions(shell: string, program: Command, { out }: Terminal): number {
  const print = new Map(Object.entries(printers)).get(shell);
  if (print === undefined)
    throw new UsageError(
      `expected a shell, ${Object.keys(printers).join(", ")}; got ${shell}${didYouMean(shell, Object.keys(printers))}`,
    );
  out(print(readCommands(program)));
  return clean;
}

/** The commands of a program, as the shells are told of them: whatever is added to it is completed. */
function readCommands(program: Command): CompletedCommand[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [
      ...command.options.map(({ long, description, required, optional }) => ({
        long: long!,
        description,
        takesValue: required || optional,
      })),
      { long: "--help", description: "print this help", takesValue: false },
    ],
  }));
}

function printBash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(
    ({ name, options }) => `    ${name}) words="${options.map(({ long }) => long).join(" ")}" ;;`,
  );
  return `# rpc: put this into ~/.bashrc:  source <(rpc completions bash)
_rpc() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _rpc rpc
`;
}

function printZsh(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, options }) => {
    const specs = options.map(
      ({ long, description, takesValue }) =>
        `'${long}[${quoteZsh(description)}]${takesValue ? ":value:_files" : ""}'`,
    );
    return `    ${name}) _arguments ${specs.join(" ")} '*:argument:_files' ;;`;
  });
  return `#compdef rpc
# rpc: put this into ~/.zshrc, behind compinit:  source <(rpc completions zsh)
_rpc() {
  local -a names
  names=(
${commands.map(({ name, description }) => `    '${name}:${quoteZsh(description)}'`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' names
    return
  fi
  local sub="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$sub" in
${cases.join("\n")}
  esac
}
compdef _rpc rpc
`;
}

function quoteZsh(text: string): string {
  return text.replaceAll("'", "'\\''").replace(/[[\]:]/g, "\\$&");
}

function printFish(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c rpc -n __fish_use_subcommand -f -a ${name} -d ${quoteFish(description)}`,
    ...options.map(
      ({ long, description: about, takesValue }) =>
        `complete -c rpc -n '__fish_seen_subcommand_from ${name}' -l ${long.slice(2)}${takesValue ? " -r" : ""} -d ${quoteFish(about)}`,
    ),
  ]);
  return `# rpc: put this into ~/.config/fish/config.fish:  rpc completions fish | source\n${lines.join("\n")}\n`;
}

function quoteFish(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
