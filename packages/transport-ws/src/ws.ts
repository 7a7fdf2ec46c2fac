import type { Transport } from "@rpc/core/transport";
import { TlsListeners } from "@rpc/transport-tcp/sockets";
import { schemes } from "./address.js";
import { connectWs } from "./connect.js";
import { exposureOf } from "./exposure.js";
import { listenWs } from "./listen.js";
import { checkOptions, type WsOptions } from "./options.js";

/** What `ws` returns. */
export interface WsTransport extends Transport {
  /**
   * Reads `keyFile`, `certFile` and `caFile` again, for every open `wss://` listener; connections that are open stay.
   *
   * Rejects `RpcError` `invalid_argument` when the files cannot be read, do not go together, or hold an expired
   * certificate; every listener then goes on with what it had.
   */
  reload(): Promise<void>;
}

/**
 * The transport for `ws://host:port/path` and `wss://host:port/path`, in Node.
 *
 * One value serves any number of connections and listeners, on either side. Throws `TypeError` for an unknown option and
 * for options that contradict each other.
 */
export function ws(options: WsOptions = {}): WsTransport {
  const settings = checkOptions(options);
  const listeners = new TlsListeners(settings.tls);
  return {
    schemes,
    exposure: (url) => exposureOf(url, settings),
    connect: (url, connectOptions) => connectWs(url, settings.tls, connectOptions),
    listen: (url, listenOptions, accept) =>
      listenWs({ url, settings, listeners, options: listenOptions, accept }),
    reload: () => listeners.reload(),
  };
}
