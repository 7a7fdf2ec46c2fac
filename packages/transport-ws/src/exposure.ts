import type { Transport } from "@rpc/core/transport";
import { isLoopback, provesPeers } from "@rpc/transport-tcp/sockets";
import type { WsSettings } from "./options.js";

/** Tells who could reach a listener at `url`. A server that was handed in is asked where it really listens. */
export function exposureOf(
  url: URL,
  { server, tls, trustProxy }: WsSettings,
): ReturnType<Transport["exposure"]> {
  // Behind a proxy everyone comes from loopback.
  if (trustProxy) return "open";
  if (server === undefined) {
    if (isLoopback(url.hostname.replace(/^\[(.*)\]$/, "$1"))) return "local";
    return url.protocol === "wss:" && provesPeers(tls) ? "authenticated" : "open";
  }
  const place = server.address();
  // One that does not listen yet is refused by `listen`, with better words.
  if (place === null) return "local";
  return typeof place === "object" && isLoopback(place.address) ? "local" : "open";
}
