import { relative, resolve } from "node:path";
import type { GenerateResult } from "@rpc/codegen";
import { configFile, readConfig } from "./config.js";
import { clean, findings, UsageError } from "./exit-codes.js";
import type { Terminal } from "./terminal.js";

/** Flags of `rpc generate`. What is given here goes before the configuration. */
export interface GenerateFlags {
  readonly project?: string;
  readonly client?: string;
  readonly contract?: string;
  readonly check?: true;
}

/** Runs `rpc generate`; resolves to the exit code. */
export async function runGenerate(flags: GenerateFlags, terminal: Terminal): Promise<number> {
  const config = readConfig(terminal.cwd);
  const { project = "tsconfig.json", client, contract } = { ...config, ...flags };
  if (client === undefined && contract === undefined)
    throw nothingToWrite(config !== undefined, terminal.cwd);
  // Loaded here, for it brings the compiler: help and complaints do not need to wait for that.
  const { format, generate } = await import("@rpc/codegen");
  const path = (file: string | undefined) => file && resolve(terminal.cwd, file);
  const result = await generate({
    tsconfig: resolve(terminal.cwd, project),
    client: path(client),
    contract: path(contract),
    check: flags.check,
  });
  const shown = format(result.diagnostics, { root: terminal.cwd, color: terminal.color });
  if (shown !== "") terminal.err(`${shown}\n`);
  report(result, flags, terminal);
  return result.ok ? clean : findings;
}

function report(result: GenerateResult, flags: GenerateFlags, { cwd, out, err }: Terminal): void {
  const name = (file: string) => relative(cwd, file).replaceAll("\\", "/");
  if (result.contract === undefined) {
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
    if (result.written.length === 0) out("nothing has changed\n");
  }
}

function count({ diagnostics }: GenerateResult): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const warnings = diagnostics.length - errors;
  const words = [`${errors} ${errors === 1 ? "error" : "errors"}`];
  if (warnings > 0) words.push(`${warnings} ${warnings === 1 ? "warning" : "warnings"}`);
  return words.join(", ");
}

function command(flags: GenerateFlags): string {
  const given = (["project", "client", "contract"] as const).flatMap((flag) =>
    flags[flag] === undefined ? [] : [`--${flag} ${flags[flag]}`],
  );
  return ["rpc generate", ...given].join(" ");
}

function nothingToWrite(hasConfig: boolean, cwd: string): UsageError {
  const why = hasConfig
    ? `${configFile} names neither client nor contract`
    : `there is no ${configFile} in ${cwd}`;
  return new UsageError(`nothing to write: ${why}, and neither --client nor --contract is given

Write ${configFile}:

  {
    "project": "tsconfig.json",
    "client": "src/generated/client.ts",
    "contract": "contract.json"
  }

or name the files: rpc generate --client src/generated/client.ts --contract contract.json`);
}
