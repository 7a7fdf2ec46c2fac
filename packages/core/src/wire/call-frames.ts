import type { Metadata } from "../call.js";
import type { ErrorCode, Outcome } from "../errors.js";

/** Highest index of an argument that is a stream or a callback: the number of a stream is one byte, and 0 is the answer. */
export const maxPassedIndex = 254;

/** A method by its names. */
export interface NamedTarget {
  readonly service: string;
  readonly method: string;
}

/** What a call names: by number once `used` said that the hashes are equal, else by name. */
export type CallTarget = NamedTarget | { readonly ref: number; readonly member: number };

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

/** In the place of a deadline: there is none. */
export const noDeadline = 0xffff_ffff;

/** Flags of a call frame. */
export const callFlags = {
  byName: 0x01,
  metadata: 0x02,
  key: 0x04,
  stream: 0x10,
  passed: 0x20,
  oneway: 0x40,
} as const;

/** Kinds of passed parameters, in the order of their numbers. */
export const passedKinds = ["stream", "callback"] as const;
