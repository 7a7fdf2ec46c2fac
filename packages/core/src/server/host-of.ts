import type { Peer } from "../transport.js";

/**
 * What limits per address count by: the peer's host, without its port. Undefined for loopback, socket files and
 * transports that know no address, which are exempt.
 */
export function hostOf({ address }: Peer): string | undefined {
  const host = address?.slice(0, address.lastIndexOf(":"));
  return host === undefined || /^(127\.|\[::1\]|\[::ffff:127\.)/.test(host) ? undefined : host;
}
