import type { Transport } from "@rpc/core";
import { UsageError } from "../exit-codes.js";

/** Files for a server at `tls://` or `wss://`. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly certKey?: string;
}

/** The transport of a server's URL. Throws `UsageError` for a scheme that none speaks. */
export async function loadTransport(url: string, files: TlsFiles = {}): Promise<Transport> {
  const scheme = /^([a-z][a-z+]*):/i.exec(url)?.[1]?.toLowerCase();
  const tls = {
    ...(files.ca !== undefined && { caFile: files.ca }),
    ...(files.cert !== undefined && { certFile: files.cert }),
    ...(files.certKey !== undefined && { keyFile: files.certKey }),
  };
  if (Object.keys(tls).length > 0 && scheme !== "tls" && scheme !== "wss")
    throw new UsageError(`--ca, --cert and --cert-key are for tls:// and wss://, got ${url}`);
  try {
    switch (scheme) {
      case "tcp":
      case "tls":
      case "unix":
        return (await import("@rpc/transport-tcp")).tcp({ tls });
      case "ws":
      case "wss":
        return (await import("@rpc/transport-ws")).ws({ tls });
      // Loaded when needed: it brings a native library.
      case "zmq":
      case "zmq+ipc":
        return (await import("@rpc/transport-zmq")).zmq();
    }
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
  throw new UsageError(
    `expected the URL of a server such as tcp://127.0.0.1:7000, by tcp, tls, unix, ws, wss, zmq or zmq+ipc; got ${url}`,
  );
}
