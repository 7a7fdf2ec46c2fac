import { checkLimitsOf } from "./check-limits.js";
import { clientLimits } from "./client-limits.js";

/**
 * Every bound that keeps a peer from costing more than its share. Each is an option of `serve` and `connect`.
 *
 * At a limit there is an `RpcError` `resource_exhausted`, a counted and told drop, or back-pressure; never growth.
 */
export interface Limits {
  /** Largest packet taken from a peer. 4 MiB: room for a big reply, small enough that a thousand of them fit in memory. */
  readonly maxPacketBytes: number;
  /** How deep a value may nest. 32: deeper than any sane argument, far from any stack. At most 512. */
  readonly maxDepth: number;
  /** How many values one frame may hold. */
  readonly maxNodes: number;
  /** Calls running at once for one session. The peer queues above it. */
  readonly maxRunningCalls: number;
  /**
   * Calls running at once for all sessions of one server, those included whose client is gone while the method runs on.
   * 65,536: 64 full sessions.
   */
  readonly maxRunningCallsInAll: number;
  /** Calls waiting at the caller for a free slot; above it calls are refused at once. */
  readonly maxQueuedCalls: number;
  /** Open streams of one session. */
  readonly maxStreams: number;
  /** Subscriptions of one session. */
  readonly maxSubscriptions: number;
  /** Items a stream's receiver lets its sender send ahead. 1,024: an item costs a sixth less than with 512, and no less above. */
  readonly streamCreditItems: number;
  /** Bytes a stream's receiver lets its sender send ahead. */
  readonly streamCreditBytes: number;
  /** Live callbacks of one session. */
  readonly maxCallbacks: number;
  /** Time for a callback to answer. 10 s, as for calls. */
  readonly callbackTimeoutMs: number;
  /** Metadata of one call, encoded. */
  readonly maxMetadataBytes: number;
  /**
   * Unacknowledged bytes kept for one session. When full, answers and events wait; a peer that goes on asking and reads no
   * answers loses its session.
   */
  readonly sendBufferBytes: number;
  /** Unacknowledged bytes kept for all sessions of one server. */
  readonly totalSendBufferBytes: number;
  /** Connections of one server. */
  readonly maxConnections: number;
  /** Connections from one address, of IPv6 from one /64; loopback is exempt. */
  readonly maxConnectionsPerAddress: number;
  /** Sessions of one server, with or without a connection. Those that were left before anything was said make room. */
  readonly maxSessions: number;
  /** Sessions without a connection that one address, of IPv6 one /64, may leave behind. */
  readonly maxDetachedSessionsPerAddress: number;
  /** Calls of once methods that the memory store remembers; above it such calls are refused, never forgotten early. */
  readonly maxOutcomes: number;
  /** Bytes of their answers. */
  readonly outcomeBytes: number;
  /** Topics of one event. */
  readonly maxTopics: number;
  /** Keys of one `latest` or `table` event. */
  readonly maxKeys: number;
  /** Events that the history of one `log` event keeps, unless it declares its own. */
  readonly historyItems: number;
  /** Encoded bytes that all events of one server keep: histories, whose largest gives way first, and values of keys. */
  readonly historyBytes: number;
  /** Items that wait for one subscriber before its delivery mode acts. */
  readonly subscriptionQueueItems: number;
  /** Bytes that wait for one subscriber before its delivery mode acts. */
  readonly subscriptionQueueBytes: number;
  /** Items a subscriber lets the server send ahead. */
  readonly subscriptionCreditItems: number;
  /** Bytes a subscriber lets the server send ahead. */
  readonly subscriptionCreditBytes: number;
  /** Unacknowledged event bytes of one session; above it events wait, unnumbered, in their queues. */
  readonly eventWindowBytes: number;
  /** Refused logins of one address, of IPv6 of one /64, within `lockOutMs`, after which it is locked out; loopback is exempt. */
  readonly maxFailedLogins: number;
  /** For how long. 60 s: ten guesses a minute get nowhere, and who mistyped need not call anybody. */
  readonly lockOutMs: number;
  /** Time for a new connection to say hello. */
  readonly handshakeTimeoutMs: number;
  /** Time for a packet that has begun to be whole. */
  readonly packetTimeoutMs: number;
  /** How long a session outlives its connection. 30 s: a Wi-Fi change, not a lunch break. */
  readonly sessionRetentionMs: number;
  /** Read silence after which a ping goes out; after three times that the peer is taken for dead. */
  readonly heartbeatMs: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

/** What holds unless an option says otherwise. */
export const defaultLimits: Limits = /* @__PURE__ */ createDefaultLimits();

function createDefaultLimits(): Limits {
  return {
    ...clientLimits,
    maxRunningCallsInAll: 65_536,
    callbackTimeoutMs: 10_000,
    maxConnections: 10_000,
    maxConnectionsPerAddress: 64,
    maxSessions: 10_000,
    maxDetachedSessionsPerAddress: 64,
    maxOutcomes: 100_000,
    outcomeBytes: 64 * MiB,
    maxTopics: 10_000,
    maxKeys: 10_000,
    historyItems: 10_000,
    historyBytes: 64 * MiB,
    subscriptionQueueItems: 1024,
    subscriptionQueueBytes: MiB,
    maxFailedLogins: 10,
    lockOutMs: 60_000,
    handshakeTimeoutMs: 5_000,
  };
}

/** Largest packet before the handshake is done: a hello is small, and who sends it is not known yet. */
export const maxHandshakePacketBytes: number = 16 * KiB;

/** Addresses with failed logins that one server remembers; the oldest goes first. */
export const maxWatchedAddresses = 10_000;

/** Retries that a client may save up: a burst after a reset, not an hour's worth. */
export const maxSavedRetries = 1024;

/** Longest text of a contract that a server compares with its own: 256 KiB of ASCII, some thousand members. */
export const maxContractTextLength: number = 256 * KiB;

/** Contracts that one session may tell; what comes after them is not compared. */
export const maxJudgedContracts = 16;

/** Verdicts about contracts that one server keeps; the oldest goes first. */
export const maxVerdicts = 256;

/** Work that one contract off the wire may cost to compare, some tenths of a second; above it calls go on uncompared. */
export const maxVerdictSteps = 1_000_000;

/** Returns the limits that hold: `given` over the defaults. Throws `TypeError` for an unknown name or a bad number. */
export function checkLimits(given?: Partial<Limits>): Limits {
  return checkLimitsOf(defaultLimits, given);
}
