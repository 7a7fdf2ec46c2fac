import type { Contract, MemberContract } from "@rpc/core/contract";
import type { Command } from "commander";
import { clean } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { askContract } from "./ask-contract.js";
import { firstLine, signatureOf } from "./member-text.js";
import { printable } from "./printable.js";
import { type ServerFlags, withServer } from "./with-server.js";

type Wanted = "service" | "member" | "method" | "event";

/** What stands behind the URL in each command that asks a server for names. */
export const namesBehindUrl: ReadonlyMap<string, Wanted> = new Map([
  ["describe", "member"],
  ["call", "method"],
  ["outcome", "method"],
  ["bench", "method"],
  ["sub", "event"],
  ["record", "event"],
  ["health", "service"],
]);

/** How long a person who presses the tab key waits; after that there is nothing to offer. */
const patience = "1s";

/**
 * Runs `rpc complete`, which the completions of a shell call: prints the names of a server that the last word may
 * become, each a line, with a tab and what it is.
 *
 * It says nothing else, whatever goes wrong: it runs while somebody types.
 */
export async function runComplete(
  words: readonly string[],
  program: Command,
  terminal: Terminal,
): Promise<number> {
  const typed = readWords(words, program);
  if (typed === undefined) return clean;
  const { url, wanted, begun, flags } = typed;
  const mute = { ...terminal, out() {}, err() {} };
  try {
    await withServer(url, { ...flags, timeout: patience }, mute, async (server) => {
      const { contract } = await askContract(server.client, url);
      for (const [name, about] of contract === undefined ? [] : namesOf(contract, wanted))
        if (name.startsWith(begun) && isPlain(name)) terminal.out(`${name}\t${printable(about)}\n`);
      return clean;
    });
  } catch {
    // The command itself says it, when it is run.
  }
  return clean;
}

interface Typed {
  readonly url: string;
  readonly wanted: Wanted;
  /** What there is of the name. */
  readonly begun: string;
  readonly flags: ServerFlags;
}

// Nothing where the last word is no name of a server's.
function readWords([name = "", ...words]: readonly string[], program: Command): Typed | undefined {
  const wanted = namesBehindUrl.get(name);
  const command = program.commands.find((one) => one.name() === name);
  if (wanted === undefined || command === undefined) return undefined;
  const begun = words.pop() ?? "";
  const places: string[] = [];
  const flags = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const option = command.options.find(({ long }) => long === word);
    if (option?.required === true) flags.set(option.attributeName(), words[++at] ?? "");
    else if (!word.startsWith("-")) places.push(word);
  }
  const [url] = places;
  if (url === undefined || places.length !== 1 || begun.startsWith("-")) return undefined;
  return { url, wanted, begun, flags: Object.fromEntries(flags) };
}

function namesOf({ services }: Contract, wanted: Wanted): [name: string, about: string][] {
  return Object.entries(services).flatMap(([service, { doc, members }]) => {
    const own: [string, string][] = [[service, firstLine(doc)]];
    if (wanted === "service") return own;
    const theirs = Object.entries(members)
      .filter(([, { kind }]) => wanted === "member" || (kind === "event") === (wanted === "event"))
      .map(([name, member]): [string, string] => [`${service}.${name}`, aboutOf(name, member)]);
    return wanted === "member" ? [...own, ...theirs] : theirs;
  });
}

function aboutOf(name: string, member: MemberContract): string {
  return firstLine(member.doc) || signatureOf(name, member);
}

// A shell puts it into the command line as it is, where anything else may be an expression.
function isPlain(name: string): boolean {
  return /^[\p{L}\p{N}_.-]+$/u.test(name);
}
