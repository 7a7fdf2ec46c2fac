import type { Metadata } from "../call.js";
import type { ErrorCode, Outcome } from "../errors.js";

/** The protocol that this version speaks. */
export const protocolVersion = 1;

/** Services that one session may agree on numbers for; the others are called by name. */
export const maxServiceRefs = 1024;

/** Highest index of an argument that is a stream or a callback: the number of a stream is one byte, and 0 is the answer. */
export const maxPassedIndex = 254;

/** Every frame of protocol 1, by its number on the wire. docs/protocol.md says what each holds. */
export const frameTypes = {
  hello: 0x01,
  welcome: 0x02,
  close: 0x03,
  ping: 0x04,
  goaway: 0x05,
  refresh: 0x06,
  refreshed: 0x07,
  use: 0x10,
  used: 0x11,
  call: 0x12,
  reply: 0x13,
  error: 0x14,
  cancel: 0x15,
  contract: 0x18,
  outcomeQuery: 0x16,
  outcome: 0x17,
  items: 0x20,
  end: 0x21,
  credit: 0x22,
  callback: 0x28,
  release: 0x29,
  subscribe: 0x30,
  subscribed: 0x31,
  unsubscribe: 0x32,
  unsubscribed: 0x33,
  events: 0x34,
  gap: 0x35,
  mark: 0x36,
  subscriptionCredit: 0x37,
} as const;

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

/** What a call names: by number once `used` said that the hashes are equal, else by name. */
export type CallTarget =
  | { readonly service: string; readonly method: string }
  | { readonly ref: number; readonly member: number };

export interface CallFrame {
  readonly type: "call";
  readonly id: number;
  readonly target: CallTarget;
  /** Milliseconds left at the packet's `sentAt`; `Infinity` without a deadline. */
  readonly timeLeftMs: number;
  readonly metadata?: Metadata | undefined;
  /** Of a once method: what its caller named the intent. */
  readonly key?: string | undefined;
  /** What few calls have; undefined for a plain one. */
  readonly extras?: CallExtras | undefined;
  readonly args: readonly unknown[];
  /** The arguments as they came, encoded, where there is a key; set by the reader. */
  readonly argsBytes?: Uint8Array | undefined;
}

/** What a call has besides a method and plain arguments. */
export interface CallExtras {
  /** Nobody waits for an answer; the call's id says nothing. */
  readonly oneway?: boolean;
  /** The answer is a stream, and this is how much of it the caller takes at first. */
  readonly credit?: Credit | undefined;
  /** Streams and callbacks among the arguments. */
  readonly passed?: readonly PassedParameter[] | undefined;
}

/** How much of a stream its receiver takes. */
export interface Credit {
  readonly items: number;
  readonly bytes: number;
}

/** An argument that is no value: nil travels in its place. */
export interface PassedParameter {
  readonly index: number;
  readonly kind: "stream" | "callback";
  /** Of the callback; a stream's number is one more than its index. */
  readonly id: number;
}

export interface ReplyFrame {
  readonly type: "reply";
  readonly id: number;
  readonly value: unknown;
}

/** An `RpcError` on the wire. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly outcome: Outcome;
  readonly details?: unknown;
  readonly retryAfterMs?: number | undefined;
  readonly errorId?: string | undefined;
  /** Wire name, for a declared error. */
  readonly name?: string | undefined;
  /** Fields of a declared error. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

export interface ErrorFrame extends ErrorBody {
  readonly type: "error";
  readonly id: number;
}

/** What answers a call. */
export type AnswerFrame = ReplyFrame | ErrorFrame;

export interface CancelFrame {
  readonly type: "cancel";
  readonly id: number;
}

/** Asks what became of a once call. */
export interface OutcomeQueryFrame {
  readonly type: "outcomeQuery";
  readonly id: number;
  readonly service: string;
  readonly method: string;
  readonly key: string;
}

/** Answers it. */
export interface OutcomeFrame {
  readonly type: "outcome";
  readonly id: number;
  readonly state: "running" | "executed" | "interrupted" | "not-found";
  readonly value?: unknown;
  readonly error?: ErrorBody | undefined;
  readonly rememberedForMs?: number | undefined;
}

/** One item as it comes off the wire; `bytes` is what it counts against the credit. */
export interface StreamItem {
  readonly value: unknown;
  readonly bytes: number;
}

/** Items of a stream, in order. Stream 0 of a call is its answer, another one is its argument of the index before. */
export interface ItemsFrame {
  readonly type: "items";
  readonly id: number;
  readonly stream: number;
  /** Place of the first item in its stream, from 0, wrapping at 2³². */
  readonly index: number;
  readonly items: readonly StreamItem[];
}

/** From who sends a stream: it is over. From who receives it: no more is wanted. */
export interface EndFrame {
  readonly type: "end";
  readonly id: number;
  readonly stream: number;
  readonly error: ErrorBody | undefined;
}

/** The receiver of a stream takes more. With id 0 and stream 0: one-way calls have finished. */
export interface CreditFrame extends Credit {
  readonly type: "credit";
  readonly id: number;
  readonly stream: number;
}

/** A call the other way, of a function that was passed as an argument. */
export interface CallbackFrame {
  readonly type: "callback";
  readonly id: number;
  readonly timeLeftMs: number;
  readonly callback: number;
  readonly args: readonly unknown[];
}

/** A callback will not be called any more. */
export interface ReleaseFrame {
  readonly type: "release";
  readonly callback: number;
}

/** Kinds of an events frame. */
export type EventKind = "live" | "replay" | "snapshot" | "removed";

export interface SubscribeFrame {
  readonly type: "subscribe";
  readonly id: number;
  readonly service: string;
  readonly event: string;
  readonly prefix: string;
  readonly creditItems: number;
  readonly creditBytes: number;
  /** The oldest that is kept, or behind a position of this epoch; absent: what is published from now on. */
  readonly from?: "oldest" | number | undefined;
  /** Most changes a second; of modes whose changes are conflated. */
  readonly maxRate?: number | undefined;
}

export interface SubscribedFrame {
  readonly type: "subscribed";
  readonly id: number;
  /** Where it begins: what comes behind this position is delivered or reported. */
  readonly position: number;
  /** Delivery mode of the event. */
  readonly mode: "signal" | "latest" | "log" | "table";
  /** Milliseconds within which an item is expected, as the event declares. */
  readonly cadenceMs?: number | undefined;
}

export interface UnsubscribeFrame {
  readonly type: "unsubscribe";
  readonly id: number;
}

/** The server refused a subscription, or ended it. */
export interface UnsubscribedFrame extends ErrorBody {
  readonly type: "unsubscribed";
  readonly id: number;
}

/** An event as it travels; `bytes` is what it counts against the subscription's credit. */
export interface EventRow {
  readonly topic: string;
  readonly seq: number;
  readonly position: number;
  readonly at: number;
  readonly callId: number | undefined;
  readonly value: unknown;
  readonly bytes: number;
}

export interface EventsFrame {
  readonly type: "events";
  readonly id: number;
  readonly kind: EventKind;
  readonly rows: readonly EventRow[];
}

export interface GapFrame {
  readonly type: "gap";
  readonly id: number;
  readonly topic: string;
  readonly from: number;
  readonly to: number | null;
  readonly reason: "slow-consumer" | "history-evicted" | "epoch-changed" | "transport";
}

/** The snapshot is complete: it held everything up to `position`. */
export interface MarkFrame {
  readonly type: "mark";
  readonly id: number;
  readonly position: number;
}

/** More credit for a subscription: what its consumer has taken. */
export interface SubscriptionCreditFrame {
  readonly type: "subscriptionCredit";
  readonly id: number;
  readonly items: number;
  readonly bytes: number;
}

export type HandshakeFrame = HelloFrame | WelcomeFrame | CloseFrame | PingFrame;

/** Frames that travel in numbered packets. */
export type SessionFrame =
  | GoawayFrame
  | RefreshFrame
  | RefreshedFrame
  | UseFrame
  | UsedFrame
  | ContractFrame
  | CallFrame
  | ReplyFrame
  | ErrorFrame
  | CancelFrame
  | OutcomeQueryFrame
  | OutcomeFrame
  | ItemsFrame
  | EndFrame
  | CreditFrame
  | CallbackFrame
  | ReleaseFrame
  | SubscribeFrame
  | SubscribedFrame
  | UnsubscribeFrame
  | UnsubscribedFrame
  | EventsFrame
  | GapFrame
  | MarkFrame
  | SubscriptionCreditFrame;

export type Frame = HandshakeFrame | SessionFrame;
