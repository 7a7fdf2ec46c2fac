import type { Peer } from "./peer.js";

/** Peers from outside, by name. Their packages are installed when one is first asked for. */
export const outsidePeers: Readonly<Record<string, () => Promise<Peer>>> = {};

/** Installs what the peers of a run need. */
export async function installOutside(peers: readonly string[]): Promise<readonly string[]> {
  return peers;
}
