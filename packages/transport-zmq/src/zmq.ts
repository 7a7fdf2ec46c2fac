import type { Transport } from "@rpc/core/transport";
import { exposureOf, parseAddress, schemes } from "./address.js";
import { type CurveOptions, curveRefusal, provesPeers } from "./curve-options.js";
import { CurveServer } from "./curve-server.js";
import { connectDealer } from "./dealer.js";
import { listenRouter } from "./listen.js";
import { checkOptions, type ZmqOptions } from "./options.js";
import { createContext } from "./settings.js";

/** What `zmq` returns. */
export interface ZmqTransport extends Transport {
  /**
   * Reads `curve.allowedKeysFile` again, for every open listener, and ends the connections of keys that are not in it any
   * more. Plain peers that are connected stay.
   *
   * Rejects `RpcError` `invalid_argument` when the file is of no use; the keys it had before then stay in force.
   */
  reload(): Promise<void>;
}

/**
 * Creates a transport over ZeroMQ: `zmq://host:port` and `zmq+ipc:/path`.
 *
 * Its sockets share one ZeroMQ context of their own, so no setting here touches other ZeroMQ code of the process.
 * `publish` is bound by the first listener and closed with it. Throws `TypeError` for options that make no sense.
 */
export function zmq(options: ZmqOptions = {}): ZmqTransport {
  const settings = checkOptions(options);
  const context = createContext();
  const { curve } = settings;
  const curveServer = curve && new CurveServer(curve, context);
  let publishing = false;
  return {
    schemes,
    exposure: (url) => exposure(url, curve),
    connect: (url, connectOptions) => connectDealer(url, { ...connectOptions, context, settings }),
    listen: (url, listenOptions, accept) =>
      listenRouter(url, accept, {
        ...listenOptions,
        context,
        settings,
        curveServer,
        claimPublishing: () => {
          const free = !publishing;
          publishing = true;
          return free;
        },
        closed: () => {
          publishing = false;
        },
      }),
    async reload() {
      if (curveServer === undefined) throw curveRefusal("zmq() without curve has nothing to read again");
      await curveServer.reload();
    },
  };
}

function exposure(url: URL, curve: CurveOptions | undefined): "local" | "authenticated" | "open" {
  if (exposureOf(parseAddress(url)) === "local") return "local";
  return curve !== undefined && provesPeers(curve) ? "authenticated" : "open";
}
