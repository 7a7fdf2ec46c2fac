import { RpcError } from "./errors.js";
import { shorten } from "./service/names.js";
import type { Transport } from "./transport.js";

// For the message only: where a scheme's transport comes from.
const packages = new Map([
  ["tcp", "tcp() from @rpc/transport-tcp"],
  ["tls", "tcp() from @rpc/transport-tcp"],
  ["unix", "tcp() from @rpc/transport-tcp"],
  ["zmq", "zmq() from @rpc/transport-zmq"],
  ["zmq+ipc", "zmq() from @rpc/transport-zmq"],
  ["ws", "ws() from @rpc/transport-ws"],
  ["wss", "ws() from @rpc/transport-ws"],
  ["memory", "memory() from @rpc/core"],
]);

/** A URL with the transport that serves its scheme. */
export interface Target {
  readonly url: URL;
  readonly transport: Transport;
}

/** Finds who serves a URL. Throws `RpcError` `invalid_argument` that says what to write instead. */
export function findTransport(given: string | URL | undefined, transports: readonly Transport[]): Target {
  if (!Array.isArray(transports) || transports.length === 0) {
    throw invalid(
      "no transports were given; pass for example { transports: [tcp()] } with tcp from @rpc/transport-tcp",
    );
  }
  const url = parseUrl(given);
  const scheme = url.protocol.slice(0, -1);
  const transport = transports.find(({ schemes }) => schemes.includes(scheme));
  if (transport !== undefined) return { url, transport };
  const known = transports.flatMap(({ schemes }) => schemes).join(", ");
  const remedy = packages.has(scheme)
    ? `add ${packages.get(scheme)} to transports`
    : `expected one of ${known}`;
  throw invalid(`no transport for ${scheme}: in ${url.href}; ${remedy}`);
}

function parseUrl(given: string | URL | undefined): URL {
  const example = "expected one such as tcp://127.0.0.1:7000";
  if (given === undefined || given === "") throw invalid(`no URL was given; ${example}`);
  try {
    return new URL(given);
  } catch {
    const [, port] = /^[a-z+]+:\/\/[^/]*:(\d+)(?:\/|$)/i.exec(String(given)) ?? [];
    if (Number(port) > 65_535)
      throw invalid(
        `no port ${shorten(port!)} exists, in ${JSON.stringify(given)}; expected one from 0 to 65535`,
      );
    throw invalid(`${JSON.stringify(given)} is no URL; ${example}`);
  }
}

function invalid(message: string): RpcError {
  return new RpcError("invalid_argument", message, { outcome: "not-executed" });
}
