import type { Peer } from "@rpc/core/transport";

/** Unsent bytes at which `send` says false. 256 KiB: four full packets, so that the network need not wait for the next. */
export const fullAtBytes: number = 256 * 1024;

/** How long a close may wait for the peer's. */
export const closeTimeoutMs = 1_000;

/** Close code of an end in order. */
export const orderlyCode = 1000;

/** Close code for text where bytes belong. */
export const textCode = 1003;

const goingAwayCode = 1001;
const noCode = 1005;
const brokenCode = 1006;

/** Returns why a packet of that size is not taken; nothing when it is. */
export function packetProblem(bytes: number, maxPacketBytes: number): Error | undefined {
  if (bytes === 0) return new RangeError("packet of 0 bytes; the smallest has 1");
  if (bytes > maxPacketBytes) return new RangeError(`packet of ${bytes} bytes exceeds ${maxPacketBytes}`);
  return undefined;
}

/** Returns why a WebSocket that ended with `code` did so; nothing for an end in order. */
export function closeReason(peer: Peer, code: number, text: string): Error | undefined {
  if (code === orderlyCode || code === goingAwayCode || code === noCode) return undefined;
  const whom = peer.address ?? "the peer";
  if (code === brokenCode) return new Error(`connection with ${whom} broke: it ended without a close`);
  return new Error(`${whom} closed the WebSocket with ${code}${text === "" ? "" : `: ${text}`}`);
}
