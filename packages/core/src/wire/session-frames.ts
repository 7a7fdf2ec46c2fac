import type { ErrorBody } from "./call-frames.js";

/** Limits that a peer must respect, told in hello and welcome; names as in `Limits`. */
export interface PeerLimits {
  readonly maxPacketBytes: number;
  readonly maxDepth: number;
  readonly maxNodes: number;
  readonly maxRunningCalls: number;
  readonly maxMetadataBytes: number;
  readonly maxStreams: number;
  readonly maxSubscriptions: number;
  readonly maxCallbacks: number;
  readonly sessionRetentionMs: number;
  readonly heartbeatMs: number;
}

/** First frame of a connection, from who opened it. */
export interface HelloFrame {
  readonly type: "hello";
  readonly protocol: number;
  /** 16 bytes, chosen by the client. */
  readonly sessionId: Uint8Array;
  /** Present when it resumes. */
  readonly token?: Uint8Array | undefined;
  /** Last packet number of the server that this side has handed up. */
  readonly received: number;
  readonly limits: PeerLimits;
  readonly features: readonly string[];
  readonly credentials?: unknown;
}

/** Answers hello. */
export interface WelcomeFrame {
  readonly type: "welcome";
  readonly protocol: number;
  readonly epoch: string;
  readonly resumed: boolean;
  readonly token: Uint8Array;
  readonly received: number;
  readonly limits: PeerLimits;
  readonly features: readonly string[];
  /** Milliseconds for which the credentials hold; absent when they have no end. */
  readonly validMs?: number | undefined;
}

/** New credentials for a session that is open. */
export interface RefreshFrame {
  readonly type: "refresh";
  readonly credentials?: unknown;
}

/** They were accepted, or nobody could decide about them. Refused ones end the session. */
export interface RefreshedFrame {
  readonly type: "refreshed";
  /** Milliseconds for which they hold; absent when they have no end. */
  readonly validMs?: number | undefined;
  /** Why it could not be decided: those before still hold. */
  readonly error?: ErrorBody | undefined;
}

/** Ends the session, or the connection before there is one, and says why. */
export interface CloseFrame extends ErrorBody {
  readonly type: "close";
}

/** Asks for a sign of life; with `answer`, is one. */
export interface PingFrame {
  readonly type: "ping";
  readonly answer: boolean;
}

/** The server takes no new calls; running ones have this long. */
export interface GoawayFrame {
  readonly type: "goaway";
  readonly graceMs: number;
}

/** From now on `service` has the number `ref` in this session. */
export interface UseFrame {
  readonly type: "use";
  readonly ref: number;
  readonly service: string;
  readonly hash: string;
}

/** Whether the server's contract of that service has the same hash, so that member numbers may stand for names. */
export interface UsedFrame {
  readonly type: "used";
  readonly ref: number;
  readonly equal: boolean;
  /** The server asks for the client's contract, to compare it; calls by name wait for that. */
  readonly wanted?: boolean | undefined;
}

/** The client's contract of a service, as the server asked for it. */
export interface ContractFrame {
  readonly type: "contract";
  readonly ref: number;
  /** The text that the hash was made of; absent when the client has none to tell. */
  readonly contract?: string | undefined;
}
