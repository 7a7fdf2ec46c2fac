import { clientLimits } from "../client-limits.js";
import type { Limits } from "../limits.js";
import type { Client } from "./client.js";
import type { ClientKind } from "./client-kind.js";
import type { ClientOptions } from "./client-options.js";
import { type ConnectUrl, openClient } from "./open-client.js";

/**
 * Connects to a server: `await connect("tcp://127.0.0.1:7000", { transports: [tcp()] })`.
 *
 * With several URLs they are tried in turn. The client keeps its session across broken connections by itself, and must
 * be closed: `await client.close()`, or `await using`.
 *
 * It makes calls. What its generated clients need besides they bring along; `parts` gives more, to a proxy for example:
 * `parts: [events]`, or `parts: everything`.
 *
 * @throws RpcError `unavailable` when nobody answered within `connectTimeoutMs`; at once `invalid_argument` for a bad
 * URL, `unauthenticated` when refused, `failed_precondition` when the server speaks another protocol.
 */
export function connect(url: ConnectUrl, options: ClientOptions): Promise<Client> {
  return openClient(url, options, page);
}

const page: ClientKind = {
  parts: [],
  // A client asks for no others.
  limits: clientLimits as Partial<Limits> as Limits,
  // Its server can cause a line only by what the page does, or by each new connection, which come ever more slowly.
  boundLog: () => () => ({ take: () => true, close() {} }),
};
