import { setMaxListeners } from "node:events";
import { type Client, type ClientState, connect, RpcError } from "@rpc/core";
import { UsageError, unreachable } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { readCredentials } from "./credentials.js";
import { parseDuration } from "./duration.js";
import { failureText, toJson } from "./failure-text.js";
import { inFlags, isOfKeys } from "./flag-words.js";
import { printable, printableJson } from "./printable.js";
import { loadTransport, type TransportFlags } from "./transports.js";

/** Flags of every command that talks to a server. */
export interface ServerFlags extends TransportFlags {
  readonly timeout?: string;
  readonly credentialsFile?: string;
  readonly json?: true;
}

/** A server that a command talks to. */
export interface Reached {
  readonly url: string;
  readonly client: Client;
  /** For calls: what `--timeout` says; undefined without it. */
  readonly timeoutMs: number | undefined;
  /** Aborts when the command is to end; its reason is the exit code. */
  readonly signal: AbortSignal;
}

const defaultConnectMs = 5_000;
/** How long a command that was interrupted may take for its last words. */
const lastWordMs = 1_000;

/**
 * Connects, runs a command and closes again; resolves to its exit code.
 *
 * What the connection goes through meanwhile is told on standard error. Interrupted it resolves to the code of that.
 */
export async function withServer(
  url: string,
  flags: ServerFlags,
  terminal: Terminal,
  run: (server: Reached) => Promise<number>,
): Promise<number> {
  const timeoutMs = flags.timeout === undefined ? undefined : parseDuration("--timeout", flags.timeout);
  const transports = [await loadTransport(url, flags)];
  const credentials = readCredentials(flags.credentialsFile, terminal);
  // Before the first connection: a mistake in them is told as such, and not as a server that cannot be reached.
  await credentials?.();
  const signal = terminal.interrupted?.() ?? terminal.signal ?? new AbortController().signal;
  // Every call in flight hears it.
  setMaxListeners(0, signal);
  const obstacles = new Obstacles(url, terminal);
  const connecting = connect(url, {
    transports,
    logger: obstacles,
    connectTimeoutMs: Math.min(timeoutMs ?? defaultConnectMs, defaultConnectMs),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(credentials !== undefined && { credentials }),
  });
  // Interrupted while it connects, a client may still come of it.
  const client = await Promise.race([connecting.catch((error: unknown) => error as Error), aborted(signal)]);
  if (client === undefined) {
    connecting.then((late) => late.close()).catch(() => {});
    return exitCodeOf(signal);
  }
  if (client instanceof Error) return cannotReach(url, client, flags, terminal);
  const stop = client.onState((state, reason) => obstacles.changed(state, reason));
  try {
    const running = run({ url, client, timeoutMs, signal });
    // What it waits for may be something else than the server, such as its input.
    const exitCode = await Promise.race([running, aborted(signal).then(() => sleep(lastWordMs))]);
    return signal.aborted || exitCode === undefined ? exitCodeOf(signal) : exitCode;
  } catch (error) {
    if (signal.aborted && RpcError.is(error)) return exitCodeOf(signal);
    throw error;
  } finally {
    stop();
    await client.close();
  }
}

// Whoever runs a command may abort it with a reason of another kind.
function exitCodeOf({ reason }: AbortSignal): number {
  return typeof reason === "number" ? reason : interruptedByHand;
}

const interruptedByHand = 130;

function sleep(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms, undefined).unref();
  });
}

/** Resolves when a signal aborts. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

function cannotReach(url: string, error: Error, { json }: ServerFlags, terminal: Terminal): number {
  if (!RpcError.is(error)) throw new UsageError(`cannot connect to ${url}: ${error.message}`);
  if (error.code === "invalid_argument") throw new UsageError(inFlags(error.message));
  if (json === true)
    terminal.out(`${printableJson({ error: { ...toJson(error), message: inFlags(error.message) } })}\n`);
  else terminal.err(inFlags(failureText(error).replace(/^ {2}outcome: .*\n/m, "")) + hint(error));
  return unreachable;
}

function hint(error: RpcError): string {
  const { code, message } = RpcError.is(error.cause) ? error.cause : error;
  const refused = code === "unauthenticated" || code === "permission_denied";
  return refused && !isOfKeys(message)
    ? "  show who you are with --credentials-file, or the variable RPC_CREDENTIALS\n"
    : "";
}

/**
 * Tells on standard error what the connection goes through: each state, and why connecting again fails, once for each
 * reason. The first `online` is the connection itself.
 */
class Obstacles {
  readonly #url: string;
  readonly #terminal: Terminal;
  #told = "";

  constructor(url: string, terminal: Terminal) {
    this.#url = url;
    this.#terminal = terminal;
  }

  changed(state: ClientState, reason: Error | undefined): void {
    this.#told = "";
    this.#tell(reason === undefined ? state : `${state}: ${reason.message}`);
  }

  warn(message: string): void {
    if (!message.startsWith("connecting again failed: ") || message === this.#told) return;
    this.#told = message;
    this.#tell(message);
  }

  debug(): void {}
  info(): void {}
  error(): void {}

  #tell(words: string): void {
    this.#terminal.err(`${printable(`${this.#url} ${inFlags(words)}`)}\n`);
  }
}
