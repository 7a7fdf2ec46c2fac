import { type Connection, type Listener, type ListenOptions, RpcError } from "@rpc/core/transport";
import type { Context } from "zeromq";
import { type Address, exposureOf, parseAddress } from "./address.js";
import { bindSocket } from "./bind.js";
import { watchSocket } from "./monitor.js";
import type { ZmqSettings } from "./options.js";
import { openPublishers } from "./publisher.js";
import { RouterListener } from "./router-listener.js";
import { createRouter } from "./settings.js";

/** What a listen is made with. */
export interface RouterOptions extends ListenOptions {
  readonly context: Context;
  readonly settings: ZmqSettings;
  /** Says whether this listener is to publish: true for the first, until what it opened is closed. */
  claimPublishing(): boolean;
  /** Hears that what this listener published is closed. */
  closed(): void;
}

/**
 * Opens a listener on a ROUTER of its own, and the transport's publishers if they are not open yet.
 *
 * Rejects `RpcError` `unavailable` when the address is taken, `failed_precondition` for plain peers off loopback, and
 * `TypeError` for an event to publish that nobody serves; nothing stays bound then.
 */
export async function listenRouter(
  url: URL,
  accept: (connection: Connection) => void,
  options: RouterOptions,
): Promise<Listener> {
  const address = parseAddress(url);
  const { context, settings } = options;
  if (settings.plain) checkPlainAllowed(url, address);
  const publishers = options.claimPublishing() ? await openPublishers(options) : undefined;
  let ended: Promise<void> | undefined;
  try {
    const bound = await bindSocket(url, address, ({ ipv6 }) => {
      const router = createRouter({ context, settings, ipv6 });
      ended = watchSocket(router, (event) => {
        if (event.type !== "accept:error") return;
        options.logger.warn(`${url.href} could not accept a connection: ${event.error.message}`);
      });
      return router;
    });
    return new RouterListener({ ...options, bound, ended: ended!, publishers, accept });
  } catch (error) {
    await publishers?.close();
    throw error;
  }
}

// Plain peers prove nothing and may call everything, so only this machine gets to be one.
function checkPlainAllowed(url: URL, address: Address): void {
  if (exposureOf(address) === "local") return;
  const message = `plain peers are served on loopback only, got ${url.href}; listen at 127.0.0.1 or zmq+ipc:, or leave plain off`;
  throw new RpcError("failed_precondition", message, { outcome: "not-executed" });
}
