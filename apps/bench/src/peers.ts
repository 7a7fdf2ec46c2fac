import { loadOutside, outsidePeers } from "./outside.js";
import type { Peer } from "./peer.js";

const manyMethods = (count: number) => async (): Promise<Peer> =>
  (await import("./peers/many-methods.js")).createManyMethods(count);

// Loaded only when measured, so that start-up is that of the peer and of nothing else.
const ownPeers: Readonly<Record<string, () => Promise<Peer>>> = {
  "raw-net": async () => (await import("./peers/raw-net.js")).rawNet,
  "raw-net-batched": async () => (await import("./peers/raw-net.js")).rawNetBatched,
  tcp: async () => (await import("./peers/our-peers.js")).ourPeers.tcp,
  unix: async () => (await import("./peers/our-peers.js")).ourPeers.unix,
  zmq: async () => (await import("./peers/our-peers.js")).ourPeers.zmq,
  ws: async () => (await import("./peers/our-peers.js")).ourPeers.ws,
  memory: async () => (await import("./peers/our-peers.js")).ourPeers.memory,
  "tcp-no-resume": async () => (await import("./peers/our-peers.js")).ourPeers["tcp-no-resume"],
  "tcp-no-scan": async () => (await import("./peers/our-peers.js")).ourPeers["tcp-no-scan"],
  "tcp-no-validation": async () => (await import("./peers/our-peers.js")).ourPeers["tcp-no-validation"],
  "tcp-no-history": async () => (await import("./peers/our-peers.js")).ourPeers["tcp-no-history"],
  "tcp-methods-1": manyMethods(1),
  "tcp-methods-10": manyMethods(10),
  "tcp-methods-1000": manyMethods(1_000),
};

/** What every ratio is taken to. */
export const basePeer = "raw-net";

/** What is measured unless `--peers` says otherwise: what needs nothing installed. */
export const defaultPeers: readonly string[] = [
  "raw-net",
  "raw-net-batched",
  "tcp",
  "unix",
  "zmq",
  "ws",
  "memory",
];

/** What `--peers all` measures; those from outside are installed when first asked for. */
export const allPeers: readonly string[] = [...defaultPeers, ...outsidePeers];

/** What `--peers promises` measures beside what it names: ours without one promise each, and with all of them. */
export const promisePeers: readonly string[] = [
  "tcp",
  ...Object.keys(ownPeers).filter((name) => name.startsWith("tcp-no-")),
];

/** Every peer by name: variants of ours that show what one thing costs as well. */
export const knownPeers: readonly string[] = [...Object.keys(ownPeers), ...outsidePeers];

/** Loads a peer. Rejects for a name that nobody has. */
export async function findPeer(name: string): Promise<Peer> {
  const load = ownPeers[name];
  if (load !== undefined) return await load();
  if (outsidePeers.includes(name)) return await loadOutside(name);
  throw new Error(`unknown peer ${name}; known are ${knownPeers.join(", ")}`);
}
