import { type CallOptions, RpcError } from "@rpc/core";
import { type MethodContract, validatorTypes } from "@rpc/core/contract";
import { clean, findings, UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { readArguments } from "./arguments.js";
import { askContract } from "./ask-contract.js";
import { failureText, toJson } from "./failure-text.js";
import { findMember } from "./find-member.js";
import { toNotation } from "./notation.js";
import { printableJson } from "./printable.js";
import { createPrintedCallback } from "./printed-callback.js";
import { aborted, type Reached, type ServerFlags, withServer } from "./with-server.js";

/** Flags of `rpc call`. */
export interface CallFlags extends ServerFlags {
  readonly key?: string;
  readonly stream?: true;
  readonly unchecked?: true;
  /** Go on when the method has answered, for the calls of its callbacks. */
  readonly stay?: true;
}

/** A method to call, as it was typed. */
export interface CallRequest {
  readonly url: string;
  readonly name: string;
  readonly args: readonly string[];
}

/** A method as a proxy has it. */
export interface ProxyMethod {
  (...args: unknown[]): Promise<unknown>;
  stream(...args: unknown[]): AsyncIterable<unknown>;
}

/** What is called: the method, its arguments, and what the contract says of it. */
export interface PreparedCall {
  readonly name: string;
  readonly method: ProxyMethod;
  readonly args: unknown[];
  readonly described: MethodContract | undefined;
  readonly streams: boolean;
  /** What was wrong with an item of a stream that it sends: that ended it. */
  wrongItem(): Error | undefined;
}

/** Runs `rpc call`: calls a method and prints what it answers. Resolves to the exit code. */
export function runCall(request: CallRequest, flags: CallFlags, terminal: Terminal): Promise<number> {
  return withServer(request.url, flags, terminal, async (server) => {
    const call = await prepareCall(server, request, flags, terminal);
    if (call.described !== undefined) checkKey(call.name, call.described, flags.key);
    if (flags.stay === true && !call.args.some((arg) => typeof arg === "function"))
      throw new UsageError(`--stay is for the calls of callbacks; ${call.name} is given none`);
    try {
      const exitCode = await (call.streams
        ? printItems(call, flags, terminal)
        : printValue(call, flags, terminal));
      return flags.stay === true ? await stay(server, terminal) : exitCode;
    } catch (error) {
      const wrong = call.wrongItem();
      if (wrong !== undefined) throw wrong;
      // Who read the items wants no more, and nothing failed.
      if (server.signal.reason === clean) return clean;
      return fail(error, { ...request, described: call.described }, flags, terminal);
    }
  });
}

/** Asks for the contract, finds the method in it, and reads the arguments by it. Throws `UsageError`; nothing was sent. */
export async function prepareCall(
  { client, timeoutMs, signal, url }: Omit<Reached, "signal"> & { readonly signal: AbortSignal | undefined },
  { name, args }: CallRequest,
  flags: CallFlags,
  terminal: Terminal,
): Promise<PreparedCall> {
  const told = flags.unchecked ? { contract: undefined, why: "--unchecked" } : await askContract(client, url);
  if (told.contract === undefined && !flags.unchecked)
    terminal.err(`${url} does not tell its contract (${told.why}): arguments are sent uncompared\n`);
  const { service, member, described } = findMember(name, told.contract);
  if (described?.kind === "event")
    throw new UsageError(`${name} is an event; subscribe to it with: rpc sub ${url} ${name}`);
  const expected =
    described === undefined
      ? undefined
      : { name, method: described, types: validatorTypes(told.contract!.types) };
  let wrong: Error | undefined;
  const values = await readArguments(args, expected, {
    terminal,
    wrong: (error) => {
      wrong = error;
    },
    callback: (param) => createPrintedCallback(param, flags.json, terminal),
  });
  const options: CallOptions = {
    ...(signal !== undefined && { signal }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(flags.key !== undefined && { key: flags.key }),
    ...(described?.idempotent === true && { idempotent: true }),
  };
  const methods = client.$with(options).service<Record<string, ProxyMethod>>(service);
  const method = methods[member];
  if (method === undefined) throw new UsageError(`${name} can be no method: its name is reserved`);
  return {
    name,
    method,
    args: values,
    described,
    streams: described?.kind === "stream" || flags.stream === true,
    wrongItem: () => wrong,
  };
}

async function printValue(
  { method, args }: PreparedCall,
  { json }: CallFlags,
  terminal: Terminal,
): Promise<number> {
  const value = await method(...args);
  const shown = toNotation(value);
  if (json === true) terminal.out(`${printableJson({ value: shown })}\n`);
  // Nothing is what a method without a result answers.
  else if (value !== undefined) terminal.out(`${readable(shown)}\n`);
  return clean;
}

async function printItems(
  { method, args }: PreparedCall,
  { json }: CallFlags,
  terminal: Terminal,
): Promise<number> {
  for await (const item of method.stream(...args)) {
    const shown = toNotation(item);
    terminal.out(`${printableJson(json === true ? { item: shown } : shown)}\n`);
    await terminal.ready?.();
  }
  return clean;
}

// Callbacks live as long as the session: who went on waiting after that would wait for ever.
async function stay({ client, signal, url }: Reached, { err }: Terminal): Promise<number> {
  const lost = new Promise<number>((resolve) => {
    client.onState((state) => {
      if (state !== "reset") return;
      err(`${url}: the callbacks ended with their session; call again\n`);
      resolve(findings);
    });
  });
  return (await Promise.race([lost, aborted(signal)])) ?? clean;
}

const width = 100;

function readable(value: unknown): string {
  const line = printableJson(value);
  return line.length <= width ? line : printableJson(value, 2);
}

function checkKey(name: string, described: MethodContract, key: string | undefined): void {
  const isOnce = (described as { once?: true }).once === true;
  if (isOnce && key === undefined)
    throw new UsageError(
      `${name} is a once method: give --key, a name for what is to be done; keep it until you know that it was done`,
    );
  if (!isOnce && key !== undefined)
    throw new UsageError(`${name} is no once method: it remembers no keys; leave --key out`);
}

/** What is known of a call that failed. */
export interface FailedCall extends CallRequest {
  readonly described: MethodContract | undefined;
}

function fail(error: unknown, call: FailedCall, { json, key }: CallFlags, terminal: Terminal): number {
  if (!RpcError.is(error)) throw error;
  const { url, name, described } = call;
  if (json === true) terminal.out(`${printableJson({ error: toJson(error) })}\n`);
  else {
    const idempotent = described?.idempotent === true;
    terminal.err(failureText(error, { url, name, key, idempotent, described: described !== undefined }));
    if (described === undefined && /use stream\(\)/.test(error.message))
      terminal.err("  call it with --stream\n");
  }
  return findings;
}
