import { resolve } from "node:path";
import type { Transport } from "@rpc/core";
import type { TlsOptions } from "@rpc/transport-tcp";
import type { CurveOptions } from "@rpc/transport-zmq";
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

/** What a transport needs to listen, beside its URL. */
export interface ListenFlags {
  /** PEM files, for `tls://` and `wss://`. With `ca` only clients with a certificate of it get in. */
  readonly ca?: string;
  readonly cert?: string;
  readonly certKey?: string;
  /** For `zmq://` with CURVE: files with the own secret key, and with the public keys of the clients that get in. */
  readonly curveKey?: string;
  readonly curveAllowed?: string;
}

/** The transport of a server's URL. Throws `UsageError` for a scheme that none speaks. */
export function loadTransport(url: string, flags: TransportFlags): Promise<Transport> {
  const hasCurve = flags.curveServer !== undefined || flags.curveKey !== undefined;
  return load(url, tlsOf(flags), hasCurve ? () => curveOf(flags) : undefined);
}

/** The transport of a URL to listen at. Throws `UsageError` for a scheme that none speaks. */
export function loadListener(url: string, flags: ListenFlags): Promise<Transport> {
  const { ca, curveKey, curveAllowed } = flags;
  const tls = { ...tlsOf(flags), ...(ca !== undefined && { requestCert: true }) };
  if ((curveKey === undefined) !== (curveAllowed === undefined))
    throw new UsageError(
      "--curve-key and --curve-allowed go together: the file of the own secret key, and that of the public keys that get in",
    );
  if (curveKey === undefined) return load(url, tls, undefined);
  return load(url, tls, () => Promise.resolve({ secretKeyFile: curveKey, allowedKeysFile: curveAllowed! }));
}

async function load(
  url: string,
  tls: TlsOptions,
  curve: (() => Promise<CurveOptions>) | undefined,
): Promise<Transport> {
  const scheme = /^([a-z][a-z+]*):/i.exec(url)?.[1]?.toLowerCase();
  if (Object.keys(tls).length > 0 && scheme !== "tls" && scheme !== "wss")
    throw new UsageError(`--ca, --cert and --cert-key are for tls:// and wss://, got ${url}`);
  if (curve !== undefined && scheme !== "zmq" && scheme !== "zmq+ipc")
    throw new UsageError(`the keys of CURVE are for zmq://, got ${url}`);
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
        return (await import("@rpc/transport-zmq")).zmq(curve === undefined ? {} : { curve: await curve() });
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

async function curveOf({ curveServer, curveKey }: TransportFlags): Promise<CurveOptions> {
  if (curveServer === undefined)
    throw new UsageError("--curve-key needs --curve-server, the public key of the server");
  if (curveKey !== undefined) return { serverKey: curveServer, secretKeyFile: curveKey };
  const { createCurveKeys } = await import("@rpc/transport-zmq");
  return { serverKey: curveServer, secretKey: createCurveKeys().secretKey };
}

function tlsOf({ ca, cert, certKey }: ListenFlags): TlsOptions {
  return {
    ...(ca !== undefined && { caFile: ca }),
    ...(cert !== undefined && { certFile: cert }),
    ...(certKey !== undefined && { keyFile: certKey }),
  };
}
