import { RpcError } from "@rpc/core/transport";

/** What both sides name when they open a WebSocket, so that a server of another kind is noticed at once. */
export const subprotocol = "rpc.1";

/** Schemes of this transport. */
export const schemes: readonly string[] = ["ws", "wss"];

/** Returns `url` when a client can connect to it. Throws `RpcError` `invalid_argument` for what would be ignored. */
export function checkTarget(url: URL): URL {
  checkParts(url);
  if (url.port === "0") {
    throw invalidUrl(`port 0 of ${shown(url)} is for listening; expected the port of a server`);
  }
  return url;
}

/** Returns `url` when a server can listen there. Throws `RpcError` `invalid_argument` otherwise. */
export function checkPlace(url: URL): URL {
  checkParts(url);
  if (url.search !== "") throw invalidUrl(`${shown(url)} takes no query to listen at, got ${url.search}`);
  return url;
}

/** Returns the error for a URL that makes no sense. */
export function invalidUrl(message: string): RpcError {
  return new RpcError("invalid_argument", message, { outcome: "not-executed" });
}

/** Returns `url` for messages: without a query, where a secret may be. */
export function shown(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname.replace(/^\/$/, "")}`;
}

/** Returns the error for an attempt that nobody waits for any more. */
export function givenUp(signal: AbortSignal): RpcError {
  return RpcError.from(signal.reason, "cancelled", { outcome: "not-executed" });
}

function checkParts(url: URL): void {
  if (!schemes.includes(url.protocol.slice(0, -1))) {
    throw invalidUrl(`expected ws://host:port/path or wss://host:port/path, got ${url.protocol}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw invalidUrl(`${shown(url)} takes no user or password; give credentials to connect()`);
  }
  if (url.hash !== "") throw invalidUrl(`${shown(url)} takes no fragment, got ${url.hash}`);
  if (url.hostname === "*") {
    throw invalidUrl(`${shown(url)} names no host; to listen everywhere, write 0.0.0.0 or [::] instead of *`);
  }
}
