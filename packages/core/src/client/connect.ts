import { defaultLimits } from "../limits.js";
import { boundLog } from "../log-bounds.js";
import type { Client } from "./client.js";
import type { ClientOptions } from "./client-options.js";
import { everything } from "./every-part.js";
import { type ConnectUrl, openClient } from "./open-client.js";

/**
 * Connects to a server: `await connect("tcp://127.0.0.1:7000", { transports: [tcp()] })`.
 *
 * With several URLs they are tried in turn. The client keeps its session across broken connections by itself, and must
 * be closed: `await client.close()`, or `await using`.
 *
 * @throws RpcError `unavailable` when nobody answered within `connectTimeoutMs`; at once `invalid_argument` for a bad
 * URL, `unauthenticated` when refused, `failed_precondition` when the server speaks another protocol.
 */
export function connect(url: ConnectUrl, options: ClientOptions): Promise<Client> {
  return openClient(url, options, { parts: everything, limits: defaultLimits, boundLog });
}
