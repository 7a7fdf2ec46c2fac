import { RpcError, type Transport } from "@rpc/core/transport";
import { checkTarget, schemes, shown } from "./address.js";
import { connectPlatform } from "./connect-platform.js";

/**
 * The transport for `ws://host:port/path` and `wss://host:port/path` over the platform's own `WebSocket`: clients only.
 *
 * Throws `TypeError` for options: what can be set in Node is the platform's business here.
 */
export function ws(options: Readonly<Record<string, never>> = {}): Transport {
  const [name] = Object.keys(options);
  if (name !== undefined) throw new TypeError(`unknown option ${name} of ws(); outside Node it takes none`);
  return {
    schemes,
    exposure: () => "open",
    connect: async (url, connectOptions) => await connectPlatform(checkTarget(url), connectOptions),
    async listen(url) {
      throw new RpcError("invalid_argument", `${shown(url)}: only Node can listen for WebSockets`, {
        outcome: "not-executed",
      });
    },
  };
}
