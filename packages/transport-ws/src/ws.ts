import type { Transport } from "@rpc/core/transport";
import { schemes } from "./address.js";
import { connectWs } from "./connect.js";
import { exposureOf } from "./exposure.js";
import { listenWs } from "./listen.js";
import { checkOptions, type WsOptions } from "./options.js";

/**
 * The transport for `ws://host:port/path` and `wss://host:port/path`, in Node.
 *
 * One value serves any number of connections and listeners, on either side. Throws `TypeError` for an unknown option and
 * for options that contradict each other.
 */
export function ws(options: WsOptions = {}): Transport {
  const settings = checkOptions(options);
  return {
    schemes,
    exposure: (url) => exposureOf(url, settings),
    connect: (url, connectOptions) => connectWs(url, settings.tls, connectOptions),
    listen: (url, listenOptions, accept) => listenWs({ url, settings, options: listenOptions, accept }),
  };
}
