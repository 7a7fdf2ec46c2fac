import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { parseJson } from "./json.js";
import { fromNotation } from "./notation.js";

/**
 * Where credentials come from: a file, else the variable `RPC_CREDENTIALS`; undefined without either.
 *
 * Never from an argument: everybody on a machine can see those. The file is read at every connection, so that renewed
 * credentials are taken. What begins with `{` is JSON, all else a text.
 */
export function readCredentials(
  file: string | undefined,
  { env, cwd }: Terminal,
): (() => Promise<unknown>) | undefined {
  const variable = env?.["RPC_CREDENTIALS"];
  if (file === undefined && variable === undefined) return undefined;
  return async () => parse(file === undefined ? variable! : await read(resolve(cwd, file)));
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read the credentials: ${(error as Error).message}`);
  }
}

function parse(text: string): unknown {
  const trimmed = text.trim();
  return trimmed.startsWith("{") ? fromNotation(parseJson(trimmed, "credentials")) : trimmed;
}
