import type { Peer } from "./transport.js";

/** Short strings that travel beside a call: a trace context, a tenant. Bounded by `maxMetadataBytes`. */
export type Metadata = Readonly<Record<string, string>>;

/** What one call may ask for, through `$with`. */
export interface CallOptions {
  /**
   * Milliseconds until the call is given up. Default 10,000; `Infinity` waits as long as the session lives. A stream has
   * no deadline by default; one that is given is for the whole stream.
   */
  readonly timeoutMs?: number;
  /** Aborting it cancels the call: the caller is told at once and the handler's signal aborts. */
  readonly signal?: AbortSignal;
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

/** What a method learns about the call it runs, when it asks: `@expose({ context: true })`. */
export interface CallContext extends Call {
  /** The caller's id for it; events published with this context carry it. */
  readonly callId: number;
  /** When nobody waits any more, by the server's clock; `Infinity` when somebody always does. */
  readonly deadline: number;
  /** Milliseconds left; 0 when the deadline has passed. */
  readonly timeLeftMs: number;
  /** Aborts when the caller cancels, the deadline passes, or its session ends. Made when first read. */
  readonly signal: AbortSignal;
  /** What `authenticate` returned for the caller. */
  readonly identity: unknown;
  /** Who is at the other side of the caller's connection; undefined while it has none. */
  readonly peer: Peer | undefined;
}
