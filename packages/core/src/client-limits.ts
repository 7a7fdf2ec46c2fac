import type { Limits } from "./limits.js";

const KiB = 1024;
const MiB = 1024 * KiB;

/** The limits that a client looks at, with their defaults: all that a page knows. */
export const clientLimits = {
  maxPacketBytes: 4 * MiB,
  maxDepth: 32,
  maxNodes: 100_000,
  maxRunningCalls: 1024,
  maxQueuedCalls: 4096,
  maxStreams: 64,
  maxSubscriptions: 1024,
  streamCreditItems: 1024,
  streamCreditBytes: 256 * KiB,
  maxCallbacks: 1024,
  maxMetadataBytes: 8 * KiB,
  sendBufferBytes: 8 * MiB,
  totalSendBufferBytes: 256 * MiB,
  subscriptionCreditItems: 1024,
  subscriptionCreditBytes: 256 * KiB,
  eventWindowBytes: MiB,
  packetTimeoutMs: 10_000,
  sessionRetentionMs: 30_000,
  heartbeatMs: 5_000,
} satisfies Partial<Limits>;
