import { type Connection, type Listener, type ListenOptions, RpcError } from "@rpc/core/transport";
import type { Context } from "zeromq";
import { type Address, exposureOf, parseAddress } from "./address.js";
import { bindSocket } from "./bind.js";
import { provesPeers } from "./curve-options.js";
import type { CurveServer } from "./curve-server.js";
import { watchSocket } from "./monitor.js";
import type { ZmqSettings } from "./options.js";
import { openPublishers, type Publishers } from "./publisher.js";
import { RouterListener } from "./router-listener.js";
import { createRouter } from "./settings.js";

/** What a listen is made with. */
export interface RouterOptions extends ListenOptions {
  readonly context: Context;
  readonly settings: ZmqSettings;
  /** Present when the transport has CURVE. */
  readonly curveServer: CurveServer | undefined;
  /** Says whether this listener is to publish: true for the first, until what it opened is closed. */
  claimPublishing(): boolean;
  /** Hears that what this listener published is closed. */
  closed(): void;
}

/**
 * Opens a listener on a ROUTER of its own, and the transport's publishers if they are not open yet.
 *
 * Rejects `RpcError` `unavailable` when the address is taken, `failed_precondition` for plain peers off loopback without
 * CURVE, `invalid_argument` for CURVE keys that are of no use, and `TypeError` for an event to publish that nobody serves; nothing stays bound then.
 */
export async function listenRouter(
  url: URL,
  accept: (connection: Connection) => void,
  options: RouterOptions,
): Promise<Listener> {
  const address = parseAddress(url);
  const { context, settings } = options;
  if (settings.plain) checkPlainAllowed(url, address, settings);
  const curve = await options.curveServer?.enter(options.logger);
  let publishers: Publishers | undefined;
  let ended: Promise<void> | undefined;
  try {
    if (options.claimPublishing()) publishers = await openPublishers({ ...options, curve });
    const bound = await bindSocket(url, address, ({ ipv6 }) => {
      const router = createRouter({ context, settings, ipv6, curve: curve?.socketOptions });
      ended = watchSocket(router, (event) => {
        if (event.type === "accept:error") {
          options.logger.warn(
            `${url.href} could not accept a connection: ${event.error.message}`,
            "connections not accepted",
          );
        } else if (curve !== undefined && broken.has(event.type)) {
          options.logger.warn(
            `${url.href} refused a connection: its CURVE handshake failed; it has no CURVE, or another server's key`,
            "CURVE connections refused",
          );
        }
      });
      return router;
    });
    return new RouterListener({ ...options, bound, ended: ended!, publishers, curve, accept });
  } catch (error) {
    await publishers?.close();
    await curve?.leave();
    throw error;
  }
}

// A key that is not allowed is told of by who refuses it.
const broken: ReadonlySet<string> = new Set(["handshake:error:protocol", "handshake:error:other"]);

// Plain peers may call everything, so only this machine gets to be one, and who has an allowed key.
function checkPlainAllowed(url: URL, address: Address, { curve }: ZmqSettings): void {
  if (exposureOf(address) === "local" || (curve !== undefined && provesPeers(curve))) return;
  const message = `plain peers are served on loopback only, got ${url.href}; listen at 127.0.0.1 or zmq+ipc:, give curve with allowedKeys, or leave plain off`;
  throw new RpcError("failed_precondition", message, { outcome: "not-executed" });
}
