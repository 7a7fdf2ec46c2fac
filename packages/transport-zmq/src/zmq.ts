import type { Transport } from "@rpc/core/transport";
import { exposureOf, parseAddress, schemes } from "./address.js";
import { connectDealer } from "./dealer.js";
import { listenRouter } from "./listen.js";
import { checkOptions, type ZmqOptions } from "./options.js";
import { createContext } from "./settings.js";

/**
 * Creates a transport over ZeroMQ: `zmq://host:port` and `zmq+ipc:/path`.
 *
 * Its sockets share one ZeroMQ context of their own, so no setting here touches other ZeroMQ code of the process.
 * `publish` is bound by the first listener and closed with it. Throws `TypeError` for options that make no sense.
 */
export function zmq(options: ZmqOptions = {}): Transport {
  const settings = checkOptions(options);
  const context = createContext();
  let publishing = false;
  return {
    schemes,
    exposure: (url) => exposureOf(parseAddress(url)),
    connect: (url, connectOptions) => connectDealer(url, { ...connectOptions, context, settings }),
    listen: (url, listenOptions, accept) =>
      listenRouter(url, accept, {
        ...listenOptions,
        context,
        settings,
        claimPublishing: () => {
          const free = !publishing;
          publishing = true;
          return free;
        },
        closed: () => {
          publishing = false;
        },
      }),
  };
}
