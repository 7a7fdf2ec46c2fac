import { connect, RpcError } from "@rpc/core";
import { UsageError } from "./exit-codes.js";

/** Asks a running server for its contract. Throws `UsageError` when it does not answer, or not to us. */
export async function readFromServer(source: string): Promise<string> {
  try {
    await using client = await connect(source, { transports: [await loadTransport(source)] });
    // Awaited here: at the end of the block the client is closed.
    return await client.service<{ describe(): Promise<string> }>("$rpc").describe();
  } catch (error) {
    if (!RpcError.is(error)) throw new UsageError(`cannot connect to ${source}: ${(error as Error).message}`);
    const mend =
      error.code === "unimplemented" || error.code === "permission_denied"
        ? "\n\nIt must be told to: serve(services, { contract, describe: true }), or describe: (identity) => …"
        : "";
    throw new UsageError(`${source} does not tell its contract: ${error.message}${mend}`);
  }
}

// Loaded when needed: ZeroMQ brings a native library.
async function loadTransport(source: string) {
  if (/^zmq/i.test(source)) return (await import("@rpc/transport-zmq")).zmq();
  return (await import("@rpc/transport-tcp")).tcp();
}
