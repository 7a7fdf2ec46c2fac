import { Server as HttpServer } from "node:http";
import { Server as HttpsServer } from "node:https";
import { checkTlsOptions, type TlsOptions } from "@rpc/transport-tcp/sockets";

/** Options of `ws`. */
export interface WsOptions {
  /**
   * Certificates, for `wss://` only, as `tcp()` of `@rpc/transport-tcp` takes them. Needed to listen without `server`; to
   * connect only for a private authority or a client certificate.
   */
  readonly tls?: TlsOptions;
  /**
   * Serves at the path of the URL on this server of `node:http` or `node:https`, which listens already and stays its
   * owner's. Default: a server of its own for each URL, which answers nothing but WebSockets.
   */
  readonly server?: HttpServer | HttpsServer;
  /**
   * Pages that may connect, by their origin: `["https://desk.example"]`; `"*"` is every page. Default: pages of the
   * host and port that they connect to. Peers that are no browser name no origin and are not asked for one.
   */
  readonly origins?: readonly string[];
  /**
   * Takes the peer's address from the last entry of `X-Forwarded-For`. Default false: anyone who reaches this server
   * without a proxy could claim any address.
   */
  readonly trustProxy?: boolean;
}

/** The options, checked, with the defaults filled in. */
export interface WsSettings {
  readonly tls: TlsOptions;
  readonly server: HttpServer | HttpsServer | undefined;
  readonly origins: readonly string[] | undefined;
  readonly trustProxy: boolean;
}

const names = ["tls", "server", "origins", "trustProxy"];

/** Returns `options` with the defaults filled in. Throws `TypeError` for what makes no sense, so that it shows at start. */
export function checkOptions(options: WsOptions): WsSettings {
  for (const name of Object.keys(options)) {
    if (!names.includes(name))
      throw new TypeError(`unknown option ${name} of ws(); known are ${names.join(", ")}`);
  }
  const { server, origins, trustProxy = false } = options;
  if (server !== undefined && !isServer(server))
    throw new TypeError("server of ws() must be a server of node:http or node:https");
  if (server !== undefined && options.tls !== undefined)
    throw new TypeError(
      "server and tls of ws() are both given; give the certificates to the server of node:https",
    );
  if (typeof trustProxy !== "boolean")
    throw new TypeError(`trustProxy of ws() must be true or false, got ${trustProxy}`);
  return { tls: checkTlsOptions(options.tls ?? {}), server, origins: origins?.map(checkOrigin), trustProxy };
}

function isServer(value: unknown): boolean {
  return value instanceof HttpServer || value instanceof HttpsServer;
}

function checkOrigin(origin: string): string {
  if (origin === "*" || origin === "null") return origin;
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
  if (parsed !== undefined && `${parsed.protocol}//${parsed.host}` === origin) return origin;
  throw new TypeError(
    `origins of ws() takes origins such as https://desk.example, "null" or "*", got ${JSON.stringify(origin)}`,
  );
}
