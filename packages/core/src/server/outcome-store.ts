/** A call of a once method that is about to run. */
export interface StartingCall {
  /** Digest of who calls, what, and the key: 64 hexadecimal digits. */
  readonly id: string;
  /** Digest of its arguments. */
  readonly args: string;
  /** The start of the server that runs it. */
  readonly epoch: string;
  /** Now, in milliseconds since 1970. */
  readonly at: number;
  /** Until when it is remembered if nothing more is heard of it. */
  readonly until: number;
}

/** What is remembered of a call. */
export interface RememberedCall {
  readonly args: string;
  readonly epoch: string;
  /** Its reply or error, encoded; undefined when it started and nothing more was recorded. */
  readonly answer: Uint8Array | undefined;
}

/**
 * Remembers what once methods did, for the time of their window.
 *
 * What a method returns may be a promise; a store that answers at once keeps calls in their order. A store that cannot
 * record throws, and the call does not run. Nothing is dropped before its time: at a limit `start` throws
 * `resource_exhausted`.
 */
export interface OutcomeStore {
  /** Since when it remembers without a break, in milliseconds since 1970. */
  readonly since: number;
  /**
   * Records that a call starts; it is safe, as far as the store promises, when this returns. If its id is remembered
   * already (and `until` of that is not before `at`), returns that and records nothing.
   */
  start(call: StartingCall): RememberedCall | undefined | Promise<RememberedCall | undefined>;
  /** Records the answer of a call that started. */
  finish(id: string, answer: Uint8Array, until: number): void | Promise<void>;
  /** The call was refused before it ran: its key may be used again. */
  forget(id: string): void | Promise<void>;
  /** What is remembered at `at`. */
  find(id: string, at: number): RememberedCall | undefined | Promise<RememberedCall | undefined>;
}
