import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "./exit-codes.js";

/** What `rpc.config.json` says. Paths are relative to its folder. */
export interface Config {
  /** The tsconfig that the services are compiled with. */
  readonly project?: string;
  /** File for the clients. */
  readonly client?: string;
  /** File for the contract. */
  readonly contract?: string;
}

/** Name of the file. */
export const configFile = "rpc.config.json";

const keys = ["project", "client", "contract"] as const;

/** Reads `rpc.config.json` of a folder; undefined when there is none. Throws `UsageError` for one that says something unknown. */
export function readConfig(folder: string): Config | undefined {
  const text = readText(join(folder, configFile));
  if (text === undefined) return undefined;
  const config = parse(text);
  for (const [key, value] of Object.entries(config)) {
    if (!keys.some((known) => known === key)) {
      throw new UsageError(`${configFile}: unknown key ${JSON.stringify(key)}; known are ${keys.join(", ")}`);
    }
    if (typeof value !== "string" || value === "") {
      throw new UsageError(`${configFile}: expected ${key} to be a path, got ${JSON.stringify(value)}`);
    }
  }
  return config;
}

function parse(text: string): Config {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${configFile} is no JSON: ${(error as Error).message}`);
  }
  if (typeof config === "object" && config !== null && !Array.isArray(config)) return config;
  throw new UsageError(`${configFile}: expected an object, got ${JSON.stringify(config)}`);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
}
