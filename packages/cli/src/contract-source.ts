import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import type { Contract } from "@rpc/core/contract";
import { UsageError } from "./exit-codes.js";
import type { AskFlags } from "./server-contract.js";
import { isServer } from "./server-url.js";
import type { Terminal } from "./terminal.js";

/** Largest contract that is read, wherever it comes from. */
const maxContractBytes = 64 * 1024 * 1024;
const fetchTimeoutMs = 30_000;

/**
 * Reads a contract from a file, from a commit (`git:main`, `git:v1.2:api/contract.json`) from an `http(s)`
 * URL, or from a running server (`tcp://127.0.0.1:7000`).
 *
 * `defaultPath` is what a commit is looked into for when no path is given, `flags` say how a server is reached. Throws `UsageError` when there is none.
 */
export async function readContract(
  source: string,
  terminal: Terminal,
  defaultPath: string,
  flags: AskFlags = {},
): Promise<Contract> {
  return parseContract(source, await readText(source, terminal, defaultPath, flags));
}

async function readText(
  source: string,
  terminal: Terminal,
  defaultPath: string,
  flags: AskFlags,
): Promise<string> {
  const { cwd } = terminal;
  if (source.startsWith("git:")) return readFromGit(source, cwd, defaultPath);
  if (/^https?:/.test(source)) return readFromUrl(source);
  if (isServer(source)) return (await import("./server-contract.js")).readFromServer(source, flags, terminal);
  if (/^[a-z+]{2,}:\/\//i.test(source))
    throw new UsageError(
      `cannot read a contract from ${source}: expected a file, git:ref[:path], an http(s) URL, or a server by tcp, tls, unix, ws, wss or zmq`,
    );
  try {
    return await readFile(resolve(cwd, source), "utf8");
  } catch (error) {
    throw new UsageError(
      `cannot read the contract ${source}: ${(error as Error).message}\n\nWrite it with: rpc generate --contract ${source}`,
    );
  }
}

async function readFromGit(source: string, cwd: string, defaultPath: string): Promise<string> {
  const [, ref = "", path = defaultPath] = /^git:([^:]*)(?::(.*))?$/s.exec(source) ?? [];
  // What starts with a dash would be an option of git.
  if (ref === "" || ref.startsWith("-"))
    throw new UsageError(`expected git:ref or git:ref:path, such as git:main; got ${source}`);
  const place = path.startsWith("./") || path.startsWith("../") ? path : `./${path}`;
  try {
    const { stdout } = await promisify(execFile)("git", ["show", "--end-of-options", `${ref}:${place}`], {
      cwd,
      maxBuffer: maxContractBytes,
      encoding: "utf8",
    });
    return stdout;
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr || (error as Error).message).trim();
    throw new UsageError(`git has no ${path} at ${ref}: ${said}`);
  }
}

async function readFromUrl(source: string): Promise<string> {
  try {
    const response = await fetch(source, { signal: AbortSignal.timeout(fetchTimeoutMs) });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    const text = await response.text();
    if (text.length > maxContractBytes) throw new Error(`it is larger than ${maxContractBytes} bytes`);
    return text;
  } catch (error) {
    throw new UsageError(`cannot read the contract ${source}: ${(error as Error).message}`);
  }
}

/** Reads the text of a contract. Throws `UsageError` for anything else, naming where it came from. */
export function parseContract(source: string, text: string): Contract {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${source} is no JSON: ${(error as Error).message}`);
  }
  const { rpcContract, services, types } = (isRecord(value) ? value : {}) as Record<string, unknown>;
  if (rpcContract !== 1)
    throw new UsageError(
      `${source} is no contract of version 1: expected "rpcContract": 1, got ${JSON.stringify(rpcContract)}`,
    );
  if (!isRecord(services) || !isRecord(types))
    throw new UsageError(`${source} is no contract: expected objects under "services" and "types"`);
  for (const [name, service] of Object.entries(services)) {
    const members = isRecord(service) ? service["members"] : undefined;
    if (!isRecord(members) || !Object.values(members).every(isRecord))
      throw new UsageError(`${source}: expected the service ${name} to have "members", each an object`);
  }
  return value as Contract;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
