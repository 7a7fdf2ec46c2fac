import type { Peer } from "./transport.js";

/** Short strings that travel beside a call: a trace context, a tenant. Bounded by `maxMetadataBytes`. */
export type Metadata = Readonly<Record<string, string>>;

/** What a call without metadata has: one object for all. */
export const noMetadata: Metadata = Object.freeze({});

/** What one call may ask for, through `$with`. */
export interface CallOptions {
  /**
   * Milliseconds until the call is given up. Default 10,000; `Infinity` waits as long as the session lives. A stream has
   * no deadline by default; one that is given is for the whole stream.
   */
  readonly timeoutMs?: number;
  /** Aborting it cancels the call: the caller is told at once and the handler's signal aborts. */
  readonly signal?: AbortSignal;
  /**
   * Says that running the calls twice is as good as once: the client sends them again by itself when their outcome is
   * unknown. Default: what the method's `@expose({ idempotent: true })` says, where a generated client tells it.
   */
  readonly idempotent?: boolean;
  /**
   * Names what is to be done, for a once method: 1 to 128 bytes, made by the caller once, before the first attempt, and
   * kept until the outcome is known. The same key again never runs it a second time while it is remembered.
   */
  readonly key?: string;
  /** The call inside which these are made: they inherit its deadline, signal and trace. What `context.with` sets. */
  readonly context?: CallContext;
  /** Added to what an outer `$with` gave; the same name again replaces it. */
  readonly metadata?: Metadata;
}

/** A call on its way, as interceptors of both sides see it. */
export interface Call {
  readonly service: string;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly metadata: Metadata;
}

/** Who calls or subscribes, as rules see it. */
export interface Caller {
  /** What `authenticate` returned for it; without it, what the transport proved (`peer.identity`). */
  readonly identity: unknown;
  /** Its session, as `onSessionLost` names it later; undefined for a plain peer. */
  readonly sessionId: string | undefined;
}

/** What a method learns about the call it runs, when it asks: `@expose({ context: true })`. */
export interface CallContext extends Call, Caller {
  /** The caller's id for it; events published with this context carry it. */
  readonly callId: number;
  /** When nobody waits any more, by the server's clock; `Infinity` when somebody always does. */
  readonly deadline: number;
  /** Milliseconds left; 0 when the deadline has passed. */
  readonly timeLeftMs: number;
  /** Aborts when the caller cancels, the deadline passes, or its session ends. Made when first read. */
  readonly signal: AbortSignal;
  /**
   * A service, or a whole client, whose calls are part of this one: they are given up when it is, at its deadline or
   * its cancel, and carry its trace: `await context.with(quotes).last("STOCK.A")`.
   */
  with<Target>(target: { $with(options: CallOptions): Target }): Target;
  /**
   * A callback of this call's caller, whose calls are given up with this one: at its deadline or its cancel. The function
   * that runs at the caller is not told.
   *
   * @throws TypeError for a function that no caller passed.
   */
  with<Args extends readonly unknown[], Result>(
    callback: (...args: Args) => Result,
  ): (...args: Args) => Result;
  /** What `with` adds to the metadata of nested calls, by which a serial method that waits for itself is found. */
  readonly nestedMetadata: Metadata;
  /** Who is at the other side of the caller's connection; undefined while it has none. */
  readonly peer: Peer | undefined;
}
