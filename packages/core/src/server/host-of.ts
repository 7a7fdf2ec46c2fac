import { networkOf } from "../network-of.js";
import type { Peer } from "../transport.js";

/**
 * What limits per address count by: the peer's host without its port, of IPv6 its network. Undefined for loopback,
 * socket files and transports that know no address, which are exempt.
 */
export function hostOf({ address }: Peer): string | undefined {
  if (address === undefined) return undefined;
  // A proxy may name an address alone: then every colon is the address's own.
  const host = /^\[(.*)\](:\d+)?$/.exec(address)?.[1] ?? /^([^:]*):[^:]*$/.exec(address)?.[1] ?? address;
  return /^(127\.|::1$|::ffff:127\.)/.test(host) ? undefined : networkOf(host);
}
