import type { Finding, Profile, Severity } from "@rpc/core/contract";
import { cacheFolder } from "./cache-folder.js";
import { readConfig } from "./config.js";
import { readContract } from "./contract-source.js";
import { clean, findings as foundSome, UsageError } from "./exit-codes.js";
import type { AskFlags } from "./server-contract.js";
import type { Terminal } from "./terminal.js";

/** Flags of `rpc breaking`. */
export interface BreakingFlags extends AskFlags {
  readonly against?: string;
  readonly contract?: string;
  readonly profile: string;
  readonly format: string;
}

const profiles = ["wire", "source"] as const;
const formats = ["text", "json", "github"] as const;

/** Runs `rpc breaking`; resolves to the exit code: 1 when a change breaks somebody. */
export async function runBreaking(flags: BreakingFlags, terminal: Terminal): Promise<number> {
  const profile = oneOf("--profile", flags.profile, profiles);
  const format = oneOf("--format", flags.format, formats);
  if (flags.against === undefined) {
    throw new UsageError(
      "expected --against: the contract that clients have, such as --against git:main, a file, or a URL",
    );
  }
  const contract = await contractPath(flags.contract, terminal);
  const before = await readContract(flags.against, terminal, contract, flags);
  const after = await readContract(contract, terminal, contract, flags);
  const { compareContracts } = await import("@rpc/core/contract");
  const found = compareContracts(before, after, { profile });
  terminal.out(printers[format](found, { profile, contract, against: flags.against }));
  return found.some(({ severity }) => severity === "breaking") ? foundSome : clean;
}

/** The contract of this project: what the flag names, else the configuration. */
export async function contractPath(flag: string | undefined, { cwd }: Terminal): Promise<string> {
  if (flag !== undefined) return flag;
  const config = await readConfig(cwd, cacheFolder(cwd));
  if (config?.contract !== undefined) return config.contract;
  throw new UsageError("no contract to read: name it with --contract contract.json, or in the configuration");
}

interface Compared {
  readonly profile: Profile;
  readonly contract: string;
  readonly against: string;
}

const printers: Readonly<
  Record<(typeof formats)[number], (found: readonly Finding[], compared: Compared) => string>
> = {
  json: (found) => `${JSON.stringify(found, undefined, 2)}\n`,
  github: (found, { contract }) => found.map((finding) => annotation(finding, contract)).join(""),
  text: printText,
};

const titles: Readonly<Record<Severity, string>> = {
  breaking: "BREAKING",
  dangerous: "DANGEROUS",
  safe: "safe",
};

function printText(found: readonly Finding[], { against, profile }: Compared): string {
  const lines = found.map(({ severity, rule, path, message, before, after, members }) => {
    const types =
      before === undefined && after === undefined
        ? ""
        : `\n    ${before ?? "(nothing)"} → ${after ?? "(nothing)"}`;
    const used =
      members.length === 0 || members[0] === path
        ? ""
        : `\n    in ${members.slice(0, 5).join(", ")}${members.length > 5 ? ` and ${members.length - 5} more` : ""}`;
    return `${titles[severity]} ${rule} ${path}\n    ${message}${types}${used}\n`;
  });
  const counts = (Object.keys(titles) as Severity[]).map(
    (severity) => `${found.filter((finding) => finding.severity === severity).length} ${severity}`,
  );
  return `${lines.join("")}${found.length === 0 ? "" : "\n"}against ${against}, profile ${profile}: ${counts.join(", ")}\n`;
}

const commands: Readonly<Record<Severity, string>> = {
  breaking: "error",
  dangerous: "warning",
  safe: "notice",
};

function annotation({ severity, rule, path, message }: Finding, file: string): string {
  const property = (text: string) => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
  return `::${commands[severity]} file=${property(file)},title=${property(rule)}::${data(`${path}: ${message}`)}\n`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function oneOf<Choice extends string>(flag: string, given: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === given);
  if (found !== undefined) return found;
  throw new UsageError(`${flag}: expected ${choices.join(", ")}, got ${given}`);
}
