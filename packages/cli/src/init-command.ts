import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "./config.js";
import { configFiles } from "./config.js";
import { clean, UsageError } from "./exit-codes.js";
import type { Terminal } from "./terminal.js";

/** Flags of `rpc init`. */
export interface InitFlags {
  readonly json?: true;
}

const start: Config = {
  project: "tsconfig.json",
  client: "src/generated/client.ts",
  contract: "contract.json",
};

/** Runs `rpc init`: writes a configuration to start from, never over one that is there. */
export function runInit({ json }: InitFlags, { cwd, out }: Terminal): number {
  const there = configFiles.find((file) => existsSync(join(cwd, file)));
  if (there !== undefined) throw new UsageError(`there is a ${there} already; nothing was written`);
  const file = json ? "rpc.config.json" : "rpc.config.ts";
  writeFileSync(join(cwd, file), json ? `${JSON.stringify(start, undefined, 2)}\n` : moduleText(), {
    flag: "wx",
  });
  out(`wrote ${file}\n\n${nextSteps(cwd)}`);
  return clean;
}

function moduleText(): string {
  const lines = Object.entries(start).map(([key, value]) => `  ${key}: ${JSON.stringify(value)},\n`);
  return `import { defineConfig } from "@rpc/cli";\n\nexport default defineConfig({\n${lines.join("")}});\n`;
}

function nextSteps(cwd: string): string {
  const missing = existsSync(join(cwd, "tsconfig.json"))
    ? ""
    : "There is no tsconfig.json here: let project name the one that your services are compiled with.\n\n";
  return `${missing}Next:
  1. mark a class with @service("Name") and its methods with @expose(), both of @rpc/core
  2. run rpc generate, and commit what it writes
  3. let CI run rpc generate --check
`;
}
