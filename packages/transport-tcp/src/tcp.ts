import type { Transport } from "@rpc/core/transport";
import { isLocal } from "./address.js";
import { connectSocket } from "./connect-socket.js";
import { listenSocket } from "./socket-listener.js";
import { TlsListeners } from "./tls-listeners.js";
import { checkTlsOptions, provesPeers, type TlsOptions } from "./tls-options.js";

/** Options of `tcp`. */
export interface TcpOptions {
  /** Certificates, for `tls://` only. Needed to listen; to connect only for a private authority or a client certificate. */
  readonly tls?: TlsOptions;
}

/** What `tcp` returns. */
export interface TcpTransport extends Transport {
  /**
   * Reads `keyFile`, `certFile` and `caFile` again, for every open `tls://` listener; connections that are open stay.
   *
   * Rejects `RpcError` `invalid_argument` when the files cannot be read, do not go together, or hold an expired
   * certificate; every listener then goes on with what it had.
   */
  reload(): Promise<void>;
}

/**
 * The transport for `tcp://host:port`, `tls://host:port` and `unix:/path`.
 *
 * One value serves any number of connections and listeners, on either side. Throws `TypeError` for an unknown option and
 * for TLS options that contradict each other.
 */
export function tcp(options: TcpOptions = {}): TcpTransport {
  const tls = checkTlsOptions(checkNames(options).tls ?? {});
  const listeners = new TlsListeners(tls);
  return {
    schemes: ["tcp", "tls", "unix"],
    exposure(url) {
      if (isLocal(url)) return "local";
      return url.protocol === "tls:" && provesPeers(tls) ? "authenticated" : "open";
    },
    connect: (url, connectOptions) => connectSocket(url, tls, connectOptions),
    listen: (url, listenOptions, accept) =>
      listenSocket({ url, tls, listeners, options: listenOptions, accept }),
    reload: () => listeners.reload(),
  };
}

function checkNames(options: TcpOptions): TcpOptions {
  for (const name of Object.keys(options)) {
    if (name !== "tls") throw new TypeError(`unknown option ${name} of tcp(); known is tls`);
  }
  return options;
}
