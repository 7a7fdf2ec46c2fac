/** One event, or what stands in its place, as a subscriber gets it. */
export type EventItem<Value> = DeliveredEvent<Value> | RemovedKey | Mark | Gap;

/** An event that was published. */
export interface DeliveredEvent<Value> {
  /** `live` as it happens, `replay` from history, `snapshot` the current value of a key. */
  readonly kind: "live" | "replay" | "snapshot";
  readonly topic: string;
  /** Place within its topic, from 1, in this epoch of the server. */
  readonly seq: number;
  /** Place over all topics of the event; storable with the epoch. */
  readonly position: number;
  /** When it was published: milliseconds since 1970 by the server's clock. */
  readonly at: number;
  readonly value: Value;
  /** Id of the call that caused it, if it was published with that call's context. */
  readonly callId?: number;
}

/** A key that is gone from a `table` or `latest` event. */
export interface RemovedKey {
  readonly kind: "removed";
  readonly topic: string;
  readonly seq: number;
  readonly position: number;
  readonly at: number;
  readonly key: string;
  /** Id of the call that caused it, if it was removed with that call's context. */
  readonly callId?: number;
}

/**
 * The snapshot that came before it is complete: a key that was not in it is gone.
 *
 * After a gap, or after the client's session was lost, a `table` sends a snapshot and a mark again.
 */
export interface Mark {
  readonly kind: "mark";
  /** The snapshot holds everything up to here. */
  readonly position: number;
}

/** Events of one topic that this subscription will not get. */
export interface Gap {
  readonly kind: "gap";
  /** The subscription's prefix when it began at a stored position of an epoch that is over: no topic is known then. */
  readonly topic: string;
  /**
   * First sequence number that is missing. Of a stored position whose history is gone, and after a gap of a `table`, the
   * first that may be missing.
   */
  readonly from: number;
  /** Last one missing; null when nobody can know, as after a restart of the server. */
  readonly to: number | null;
  readonly reason: "slow-consumer" | "history-evicted" | "epoch-changed" | "transport";
}
