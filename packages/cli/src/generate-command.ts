import { statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { format, formatGithub, type GenerateResult, generate, type Memory } from "@rpc/codegen";
import { cacheFolder } from "./cache-folder.js";
import { type Config, configFiles, readConfig } from "./config.js";
import { clean, findings, UsageError } from "./exit-codes.js";
import { showProgress } from "./progress.js";
import type { Terminal } from "./terminal.js";
import { watch } from "./watch.js";

/** Flags of `rpc generate`. What is given here goes before the configuration. */
export interface GenerateFlags {
  readonly project?: string;
  readonly client?: string;
  readonly split?: true;
  readonly contract?: string;
  readonly validators?: string;
  readonly only?: string;
  readonly check?: true;
  readonly watch?: true;
  readonly format?: string;
  /** False for `--no-cache`. */
  readonly cache?: boolean;
}

/** Runs `rpc generate`; resolves to the exit code. */
export async function runGenerate(flags: GenerateFlags, terminal: Terminal): Promise<number> {
  const run = await prepare(flags, terminal);
  if (!flags.watch) return (await run()).ok ? clean : findings;
  if (flags.check) throw new UsageError("--watch writes and --check does not: give one of them");
  const memory: Memory = {};
  await watch(() => run(memory), terminal);
  return clean;
}

async function prepare(flags: GenerateFlags, terminal: Terminal) {
  const showFindings = findingsFormat(flags.format, terminal);
  const cache = flags.cache === false ? undefined : cacheFolder(terminal.cwd);
  const config = await readConfig(terminal.cwd, cache);
  const { project = "tsconfig.json", split, ...outputs } = { ...config, ...flags };
  const { client, contract, validators } = only(outputs, flags.only);
  if ((client ?? contract ?? validators) === undefined) throw nothingToWrite(config, terminal.cwd);
  if (split && client?.endsWith(".ts")) {
    throw new UsageError(
      `with split, client is a folder; got ${client}, perhaps you mean ${dirname(client)}`,
    );
  }
  for (const [name, file] of Object.entries({ client: split ? undefined : client, contract, validators })) {
    if (file !== undefined && isFolder(resolve(terminal.cwd, file)))
      throw new UsageError(`${name} is a file to write, and ${file} is a folder; name a file in it`);
  }
  const path = (file: string | undefined) => file && resolve(terminal.cwd, file);
  return async (memory?: Memory): Promise<GenerateResult> => {
    const progress = showProgress(terminal);
    const result = await generate({
      tsconfig: resolve(terminal.cwd, project),
      client: path(client),
      contract: path(contract),
      validators: path(validators),
      split,
      check: flags.check,
      cache,
      memory,
      onProgress: progress.step,
    });
    progress.end();
    showFindings(result);
    report(result, flags, terminal);
    return result;
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function findingsFormat(name = "text", { cwd, color, err }: Terminal): (result: GenerateResult) => void {
  if (name === "github") return ({ diagnostics }) => err(formatGithub(diagnostics, { root: cwd }));
  if (name !== "text") throw new UsageError(`unknown format ${name}; known are text, github`);
  return ({ diagnostics }) => {
    const shown = format(diagnostics, { root: cwd, color });
    if (shown !== "") err(`${shown}\n`);
  };
}

const outputNames = ["client", "contract", "validators"] as const;

function only(
  outputs: Pick<Config, (typeof outputNames)[number]>,
  given: string | undefined,
): typeof outputs {
  if (given === undefined) return outputs;
  const wanted = given.split(",").map((name) => name.trim());
  const unknown = wanted.find((name) => !outputNames.some((known) => known === name));
  if (unknown !== undefined)
    throw new UsageError(`--only ${unknown}: expected ${outputNames.join(", ")}, or several with commas`);
  const kept = outputNames.filter((name) => wanted.includes(name));
  const missing = kept.find((name) => outputs[name] === undefined);
  if (missing !== undefined) {
    throw new UsageError(
      `--only ${missing}, but nothing says where to write it; name it with --${missing} <path>`,
    );
  }
  return Object.fromEntries(kept.map((name) => [name, outputs[name]!]));
}

function report(result: GenerateResult, flags: GenerateFlags, { cwd, out, err }: Terminal): void {
  const name = (file: string) => relative(cwd, file).replaceAll("\\", "/");
  if (result.diagnostics.some(({ severity }) => severity === "error")) {
    err(`${count(result)}; nothing was written\n`);
  } else if (result.stale.length > 0) {
    const stale = result.stale.map((file) => `  ${name(file)}\n`).join("");
    err(
      `these files are not what the services say now:\n${stale}\nTo bring them up to date, run: ${command(flags)}\n`,
    );
  } else if (flags.check) {
    out("everything is up to date\n");
  } else {
    for (const file of result.written) out(`wrote ${name(file)}\n`);
    for (const file of result.removed) out(`removed ${name(file)}\n`);
    if (result.written.length + result.removed.length === 0) out("nothing has changed\n");
  }
}

function count({ diagnostics }: GenerateResult): string {
  const words = (["error", "warning"] as const).flatMap((severity) => {
    const number = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return number === 0 ? [] : [`${number} ${severity}${number === 1 ? "" : "s"}`];
  });
  return words.join(", ");
}

function command(flags: GenerateFlags): string {
  const given = (["project", ...outputNames, "only"] as const).flatMap((flag) =>
    flags[flag] === undefined ? [] : [`--${flag} ${flags[flag]}`],
  );
  return ["rpc generate", ...given, ...(flags.split ? ["--split"] : [])].join(" ");
}

function nothingToWrite(config: Config | undefined, cwd: string): UsageError {
  const why = config
    ? "the configuration names no client, contract or validators"
    : `there is no ${configFiles.join(" or ")} in ${cwd}`;
  return new UsageError(`nothing to write: ${why}, and none of --client, --contract and --validators is given

Run rpc init, which writes one to start from, or name the files:

  rpc generate --client src/generated/client.ts --contract contract.json`);
}
