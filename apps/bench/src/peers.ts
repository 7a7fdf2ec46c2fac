import { oursOverTcp, oursOverUnix } from "./ours.js";
import type { Peer } from "./peer.js";
import { rawNet } from "./raw-net.js";

/** What is measured, the base of all ratios first. */
export const peers: readonly Peer[] = [rawNet, oursOverTcp, oursOverUnix];

export function findPeer(name: string): Peer {
  const peer = peers.find((candidate) => candidate.name === name);
  if (peer === undefined)
    throw new Error(`unknown peer ${name}; known are ${peers.map((known) => known.name).join(", ")}`);
  return peer;
}
