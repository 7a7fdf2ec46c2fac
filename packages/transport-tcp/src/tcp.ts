import type { Transport } from "@rpc/core/transport";
import { isLocal } from "./address.js";
import { connectSocket } from "./connect-socket.js";
import { listenSocket } from "./socket-listener.js";
import { checkTlsOptions, provesPeers, type TlsOptions } from "./tls-options.js";

/** Options of `tcp`. */
export interface TcpOptions {
  /** Certificates, for `tls://` only. Needed to listen; to connect only for a private authority or a client certificate. */
  readonly tls?: TlsOptions;
}

/**
 * The transport for `tcp://host:port`, `tls://host:port` and `unix:/path`.
 *
 * One value serves any number of connections and listeners, on either side. Throws `TypeError` for an unknown option and
 * for TLS options that contradict each other.
 */
export function tcp(options: TcpOptions = {}): Transport {
  const tls = checkTlsOptions(checkNames(options).tls ?? {});
  return {
    schemes: ["tcp", "tls", "unix"],
    exposure(url) {
      if (isLocal(url)) return "local";
      return url.protocol === "tls:" && provesPeers(tls) ? "authenticated" : "open";
    },
    connect: (url, connectOptions) => connectSocket(url, tls, connectOptions),
    listen: (url, listenOptions, accept) => listenSocket({ url, tls, options: listenOptions, accept }),
  };
}

function checkNames(options: TcpOptions): TcpOptions {
  for (const name of Object.keys(options)) {
    if (name !== "tls") throw new TypeError(`unknown option ${name} of tcp(); known is tls`);
  }
  return options;
}
