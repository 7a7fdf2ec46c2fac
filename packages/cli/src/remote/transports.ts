import { resolve } from "node:path";
import type { Transport } from "@rpc/core";
import { UsageError } from "../exit-codes.js";
import { inFlags } from "./flag-words.js";

/** What a transport needs to know of the server beside its URL. */
export interface TransportFlags {
  /** PEM files, for `tls://` and `wss://`. */
  readonly ca?: string;
  readonly cert?: string;
  readonly certKey?: string;
  /** The server's public key, for `zmq://` with CURVE. */
  readonly curveServer?: string;
  /** File with one's own secret key; without one a key is made for this connection alone. */
  readonly curveKey?: string;
}

/** The transport of a server's URL. Throws `UsageError` for a scheme that none speaks. */
export async function loadTransport(url: string, flags: TransportFlags = {}): Promise<Transport> {
  const scheme = /^([a-z][a-z+]*):/i.exec(url)?.[1]?.toLowerCase();
  const tls = tlsOf(flags);
  if (Object.keys(tls).length > 0 && scheme !== "tls" && scheme !== "wss")
    throw new UsageError(`--ca, --cert and --cert-key are for tls:// and wss://, got ${url}`);
  const hasCurve = flags.curveServer !== undefined || flags.curveKey !== undefined;
  if (hasCurve && scheme !== "zmq" && scheme !== "zmq+ipc")
    throw new UsageError(`--curve-server and --curve-key are for zmq://, got ${url}`);
  try {
    // Each is loaded when needed: one brings a native library.
    switch (scheme) {
      case "tcp":
      case "tls":
      case "unix":
        return (await import("@rpc/transport-tcp")).tcp({ tls });
      case "ws":
      case "wss":
        return (await import("@rpc/transport-ws")).ws({ tls });
      case "zmq":
      case "zmq+ipc":
        return await loadZmq(flags);
    }
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(inFlags(error.message));
    throw error;
  }
  throw new UsageError(
    `expected the URL of a server such as tcp://127.0.0.1:7000, by tcp, tls, unix, ws, wss, zmq or zmq+ipc; got ${url}${meantUrl(url)}`,
  );
}

// What people type: an address alone, a path, or the scheme of the page beside it.
function meantUrl(url: string): string {
  const meant = /^https?:\/\//.test(url)
    ? url.replace(/^http/, "ws")
    : /^\.{0,2}\//.test(url)
      ? `unix:${resolve(url)}`
      : /^[\w.-]+:\d+$/.test(url)
        ? `tcp://${url}`
        : undefined;
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}

async function loadZmq({ curveServer, curveKey }: TransportFlags): Promise<Transport> {
  const { createCurveKeys, zmq } = await import("@rpc/transport-zmq");
  if (curveServer === undefined) {
    if (curveKey === undefined) return zmq();
    throw new UsageError("--curve-key needs --curve-server, the public key of the server");
  }
  const own =
    curveKey === undefined ? { secretKey: createCurveKeys().secretKey } : { secretKeyFile: curveKey };
  return zmq({ curve: { serverKey: curveServer, ...own } });
}

function tlsOf({ ca, cert, certKey }: TransportFlags) {
  return {
    ...(ca !== undefined && { caFile: ca }),
    ...(cert !== undefined && { certFile: cert }),
    ...(certKey !== undefined && { keyFile: certKey }),
  };
}
