import type { Command } from "commander";
import { clean, UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { namesBehindUrl } from "./complete-command.js";
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
  return program.commands.filter(isShown).map((command) => ({
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

// What only the completions call is nothing to type.
function isShown(command: Command): boolean {
  return command.name() !== "complete";
}

const asking = [...namesBehindUrl.keys()];

function printBash(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(
    ({ name, options }) => `    ${name}) options="${options.map(({ long }) => long).join(" ")}" ;;`,
  );
  // Not COMP_WORDS: bash breaks words at colons, and URLs with them. Not compgen -W for what a server says: it expands
  // what it is given as the shell does, substitutions included.
  return `# rpc: put this into ~/.bashrc:  source <(rpc completions bash)
_rpc() {
  local line="\${COMP_LINE:0:COMP_POINT}" current options="" name
  local -a words
  read -ra words <<< "$line"
  case "$line" in *[[:space:]]) words+=("") ;; esac
  current="\${words[\${#words[@]}-1]}"
  COMPREPLY=()
  if [ "\${#words[@]}" -le 2 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} --help --version" -- "$current"))
    return
  fi
  case "\${words[1]}" in
${cases.join("\n")}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")); return ;;
  esac
  case "\${words[1]}" in
    ${asking.join("|")})
      while IFS=$'\\t' read -r name _; do COMPREPLY+=("$name"); done < <("\${words[0]}" complete -- "\${words[@]:1}" 2>/dev/null)
      [ "\${#COMPREPLY[@]}" -gt 0 ] && return ;;
  esac
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _rpc rpc
`;
}

function printZsh(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ name, options }) => {
    const specs = options.map(
      ({ long, description, takesValue }) =>
        `'${long}[${quoteZsh(description)}]${takesValue ? ":value:_files" : ""}'`,
    );
    const places = namesBehindUrl.has(name) ? "'1:url:()' '2:name:_rpc_names' " : "";
    return `    ${name}) _arguments ${specs.join(" ")} ${places}'*:argument:_files' ;;`;
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
  local program="\${(Q)words[1]}" sub="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$sub" in
${cases.join("\n")}
  esac
}
_rpc_names() {
  local -a names
  names=("\${(@f)$("$program" complete -- "\${(@Q)words[1,CURRENT]}" 2>/dev/null)}")
  names=("\${(@)names//:/\\\\:}")
  names=("\${(@)names//$'\\t'/:}")
  [[ -n "\${names[1]}" ]] && _describe 'name' names
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
  const valued = new Set(
    commands.flatMap(({ options }) => options.filter((one) => one.takesValue).map(({ long }) => long)),
  );
  return `# rpc: put this into ~/.config/fish/config.fish:  rpc completions fish | source
function __rpc_names
  set -l words (commandline -opc) (commandline -ct)
  $words[1] complete -- $words[2..-1] 2>/dev/null
end
function __rpc_behind_url
  set -l places 0
  set -l skip 0
  for word in (commandline -opc)
    if test $skip = 1
      set skip 0
      continue
    end
    switch $word
      case ${[...valued].join(" ")}
        set skip 1
      case '-*'
      case '*'
        set places (math $places + 1)
    end
  end
  test $places = 3
end
complete -c rpc -n '__fish_seen_subcommand_from ${asking.join(" ")}; and __rpc_behind_url' -f -a '(__rpc_names)'
${lines.join("\n")}
`;
}

function quoteFish(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
