import { readFileSync } from "node:fs";
import { join } from "node:path";
import { importConfig } from "./config-module.js";
import { UsageError } from "./exit-codes.js";

/** What `rpc.config.ts` or `rpc.config.json` says. Paths are relative to its folder. */
export interface Config {
  /** The tsconfig that the services are compiled with. Default `tsconfig.json`. */
  readonly project?: string;
  /** File for the clients; with `split` the folder for them. */
  readonly client?: string;
  /** Writes one file for each service. Default false. */
  readonly split?: boolean;
  /** File for the contract. */
  readonly contract?: string;
  /** File for the validators that `serve` takes beside the contract. Default: none is written. */
  readonly validators?: string;
}

/** Gives a configuration back as it is; in `rpc.config.ts` it lets the editor know what may stand there. */
export function defineConfig(config: Config): Config {
  return config;
}

/** Names that the file may have. */
export const configFiles = ["rpc.config.ts", "rpc.config.json"] as const;

const keys = {
  project: "path",
  client: "path",
  split: "boolean",
  contract: "path",
  validators: "path",
} as const;

/**
 * Reads the configuration of a folder; undefined when there is none. `cache` keeps what TypeScript was turned into.
 *
 * @throws UsageError for two of them, for one that cannot be read, and for one that says something unknown.
 */
export async function readConfig(folder: string, cache: string | undefined): Promise<Config | undefined> {
  const found = configFiles.flatMap((file) => {
    const text = readText(join(folder, file));
    return text === undefined ? [] : [{ file, text }];
  });
  const [only, other] = found;
  if (only === undefined) return undefined;
  if (other !== undefined) {
    throw new UsageError(`there are both ${only.file} and ${other.file} in ${folder}; keep one of them`);
  }
  const value =
    only.file === "rpc.config.json" ? parse(only.text) : await importConfig({ folder, ...only, cache });
  return check(value, only.file);
}

function check(value: unknown, file: string): Config {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`${file}: expected an object, got ${JSON.stringify(value)}`);
  }
  for (const [key, given] of Object.entries(value)) {
    if (!Object.hasOwn(keys, key)) {
      const known = Object.keys(keys).join(", ");
      throw new UsageError(`${file}: unknown key ${JSON.stringify(key)}; known are ${known}`);
    }
    const isBoolean = keys[key as keyof typeof keys] === "boolean";
    if (isBoolean ? typeof given !== "boolean" : typeof given !== "string" || given === "") {
      const expected = isBoolean ? "true or false" : "a path";
      throw new UsageError(`${file}: expected ${key} to be ${expected}, got ${JSON.stringify(given)}`);
    }
  }
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`rpc.config.json is no JSON: ${(error as Error).message}`);
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
}
