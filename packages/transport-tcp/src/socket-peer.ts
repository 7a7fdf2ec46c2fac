import type { Socket } from "node:net";
import type { Peer } from "@rpc/core/transport";
import { certificateIdentity } from "./certificate-identity.js";

/** Returns who is at the other side of `socket`. A unix socket has no address. */
export function socketPeer(socket: Socket, scheme: string): Peer {
  const host = remoteHost(socket);
  const identity = certificateIdentity(socket);
  return {
    scheme,
    ...(host === undefined ? {} : { address: joinHostPort(host, socket.remotePort ?? 0) }),
    ...(identity === undefined ? {} : { identity }),
  };
}

/** Returns the host of the peer, IPv4 in its own form also when it came to an IPv6 socket. */
export function remoteHost(socket: Socket): string | undefined {
  return socket.remoteAddress?.replace(/^::ffff:(?=[\d.]+$)/, "");
}

function joinHostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
