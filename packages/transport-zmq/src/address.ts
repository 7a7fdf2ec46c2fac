import { lookup } from "node:dns/promises";
import { isIP, isIPv6 } from "node:net";
import { RpcError } from "@rpc/core/transport";

/** Schemes this transport serves. */
export const schemes = ["zmq", "zmq+ipc"] as const;

/** A url of this transport, taken apart. */
export type Address =
  | { readonly type: "tcp"; readonly host: string; readonly port: number }
  | { readonly type: "ipc"; readonly path: string };

/** The address as libzmq wants it. */
export interface Endpoint {
  readonly text: string;
  readonly ipv6: boolean;
}

// sun_path holds 108 bytes with its final zero; a socket file is bound under a name ten bytes longer than its own.
const maxPathBytes = 97;

/** Takes a url apart. Throws `RpcError` `invalid_argument` saying what a url looks like. */
export function parseAddress(url: URL): Address {
  if (url.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "") {
    throw invalid(`${url.href} must have no query, fragment or user name`);
  }
  if (url.protocol === "zmq:") return parseTcp(url);
  if (url.protocol === "zmq+ipc:") return parseIpc(url);
  throw invalid(`zmq() serves zmq:// and zmq+ipc:, got ${url.href}`);
}

/** Finds the host of an address. Rejects `unavailable` when its name has no address. */
export async function resolveEndpoint(address: Address): Promise<Endpoint> {
  if (address.type === "ipc") return { text: `ipc://${address.path}`, ipv6: false };
  const host = await resolveHost(address.host);
  const ipv6 = isIPv6(host);
  return { text: `tcp://${ipv6 ? `[${host}]` : host}:${address.port}`, ipv6 };
}

/** Who could reach a listener there. */
export function exposureOf(address: Address): "local" | "open" {
  if (address.type === "ipc" || address.host === "localhost" || address.host === "::1") return "local";
  return isIP(address.host) === 4 && address.host.startsWith("127.") ? "local" : "open";
}

function parseTcp(url: URL): Address {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (host === "" || url.port === "" || (url.pathname !== "" && url.pathname !== "/")) {
    throw invalid(`a url must be zmq://host:port, got ${url.href}`);
  }
  return { type: "tcp", host, port: Number(url.port) };
}

function parseIpc(url: URL): Address {
  if (url.host !== "" || !url.pathname.startsWith("/") || url.pathname === "/") {
    throw invalid(`a url must be zmq+ipc:/path, with one slash and an absolute path, got ${url.href}`);
  }
  const path = decodePath(url);
  if (path.includes("\0")) throw invalid(`the path of ${url.href} contains a zero byte`);
  const bytes = Buffer.byteLength(path);
  if (bytes > maxPathBytes) throw invalid(`the path ${path} has ${bytes} bytes, more than ${maxPathBytes}`);
  return { type: "ipc", path };
}

function decodePath(url: URL): string {
  try {
    return decodeURIComponent(url.pathname);
  } catch {
    throw invalid(`the path of ${url.href} is not valid percent-encoding`);
  }
}

// libzmq would look names up in its one I/O thread and hold up every connection meanwhile.
async function resolveHost(host: string): Promise<string> {
  if (host === "localhost") return "127.0.0.1";
  if (host === "*" || isIP(host) !== 0) return host;
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw new RpcError("unavailable", `no address for host ${host}`, {
      outcome: "not-executed",
      cause: error,
    });
  }
}

function invalid(message: string): RpcError {
  return new RpcError("invalid_argument", message, { outcome: "not-executed" });
}
