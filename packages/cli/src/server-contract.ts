import { connect, RpcError } from "@rpc/core";
import { UsageError } from "./exit-codes.js";
import { readCredentials } from "./remote/credentials.js";
import { inFlags, isOfKeys } from "./remote/flag-words.js";
import { loadTransport, type TransportFlags } from "./remote/transports.js";
import type { Terminal } from "./terminal.js";

/** Flags of commands that may ask a running server for its contract. */
export interface AskFlags extends TransportFlags {
  readonly credentialsFile?: string;
}

/** Asks a running server for its contract. Throws `UsageError` when it does not answer, or not to us. */
export async function readFromServer(source: string, flags: AskFlags, terminal: Terminal): Promise<string> {
  const transport = await loadTransport(source, flags);
  const credentials = readCredentials(flags.credentialsFile, terminal);
  // Before the connection: a mistake in them is told as such.
  await credentials?.();
  try {
    await using client = await connect(source, {
      transports: [transport],
      ...(credentials !== undefined && { credentials }),
    });
    // Awaited here: at the end of the block the client is closed.
    return await client.service<{ describe(): Promise<string> }>("$rpc").describe();
  } catch (error) {
    if (!RpcError.is(error)) throw new UsageError(`cannot connect to ${source}: ${(error as Error).message}`);
    const said = `${source} does not tell its contract: ${inFlags(error.message)}`;
    throw new UsageError(`${said}${isOfKeys(error.message) ? "" : mendOf(error)}`);
  }
}

// Who could not connect has the server's answer as the cause.
function mendOf(error: RpcError): string {
  const { code } = RpcError.is(error.cause) ? error.cause : error;
  const show = "show who you are with --credentials-file, or the variable RPC_CREDENTIALS";
  if (code === "unauthenticated") return `\n\nIf it knows you: ${show}`;
  if (code === "unimplemented" || code === "permission_denied")
    return `\n\nIt must be told to: serve(services, { contract, describe: true }), or describe: (identity) => …; then ${show}`;
  return "";
}
