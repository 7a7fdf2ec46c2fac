import { isIPv4 } from "node:net";
import { RpcError } from "@rpc/core/transport";

/** Where a URL leads: a host and a port, or a socket file. */
export type Address = HostAddress | FileAddress;

/** A host and a port, with or without TLS. */
export interface HostAddress {
  readonly type: "host";
  /** A name or a number; IPv6 without its brackets. */
  readonly host: string;
  /** 0 when listening: any free port. */
  readonly port: number;
  readonly secure: boolean;
}

/** A unix socket. */
export interface FileAddress {
  readonly type: "file";
  readonly path: string;
}

/** Longest path of a unix socket that the kernel takes; a longer one would be cut in silence. */
export const longestPath: number = process.platform === "linux" ? 107 : 103;

/** Reads a URL of this transport. Throws `RpcError` `invalid_argument` for anything that would be ignored or misread. */
export function parseAddress(url: URL): Address {
  if (url.protocol === "unix:") return { type: "file", path: parsePath(url) };
  if (url.protocol === "tcp:" || url.protocol === "tls:") return parseHost(url);
  throw invalidUrl(`expected tcp://host:port, tls://host:port or unix:/path, got ${url.protocol}`);
}

/** Tells whether only this machine can reach a listener at `url`. */
export function isLocal(url: URL): boolean {
  return url.protocol === "unix:" || isLoopback(bareHost(url));
}

/** Tells whether `host` is this machine speaking to itself. A name counts only if it is `localhost`. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^::ffff:(?=[\d.]+$)/, "");
  return host === "localhost" || host === "::1" || (isIPv4(address) && address.startsWith("127."));
}

/** Returns the error for a URL that makes no sense. */
export function invalidUrl(message: string): RpcError {
  return new RpcError("invalid_argument", message, { outcome: "not-executed" });
}

function parseHost(url: URL): HostAddress {
  // Not the whole href: it may hold a password, and errors end up in logs.
  const shown = `${url.protocol}//${url.host}`;
  const form = `${url.protocol}//host:port`;
  const host = bareHost(url);
  if (host === "") throw invalidUrl(`${url.protocol} names no host; expected ${form}`);
  if (host === "*") {
    throw invalidUrl(`${shown} names no host; to listen everywhere, write 0.0.0.0 or [::] instead of *`);
  }
  if (url.port === "") throw invalidUrl(`${shown} names no port; expected ${form}`);
  if (url.username !== "" || url.password !== "") {
    throw invalidUrl(`${shown} takes no user or password; expected ${form}`);
  }
  const rest = url.pathname.replace(/^\/$/, "") + url.search + url.hash;
  if (rest !== "") throw invalidUrl(`${shown} takes nothing after the port, got ${rest}`);
  return { type: "host", host, port: Number(url.port), secure: url.protocol === "tls:" };
}

function parsePath(url: URL): string {
  if (url.host !== "") {
    throw invalidUrl(`${url.href} names a host, ${url.host}; expected unix:/path with one slash`);
  }
  if (url.search !== "" || url.hash !== "") {
    throw invalidUrl(`${url.href} has a ? or # in its path; write %3F or %23`);
  }
  const path = decodePath(url);
  if (!path.startsWith("/") || path.endsWith("/")) {
    throw invalidUrl(`${url.href} is not the absolute path of a file; expected unix:/path`);
  }
  const bytes = Buffer.byteLength(path);
  if (bytes > longestPath) throw invalidUrl(`path of ${bytes} bytes exceeds ${longestPath} in ${url.href}`);
  return path;
}

function decodePath(url: URL): string {
  try {
    const path = decodeURIComponent(url.pathname);
    if (!path.includes("\0")) return path;
  } catch {
    // A percent sign that starts no escape; told below.
  }
  throw invalidUrl(`${url.href} has a wrong % escape in its path`);
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}
