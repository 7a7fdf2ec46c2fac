import type { Peer } from "../transport.js";

/** Numbers of a server, for an operator. */
export interface ServerStats {
  readonly connections: number;
  /** Of all sessions, those included that are over while a method of theirs runs on, and of plain peers. */
  readonly runningCalls: number;
  /** Calls that reached their method since the start, those of plain peers left out. */
  readonly calls: number;
  /** Calls refused since the start, by the code of their error: `resource_exhausted` is a limit that was hit. */
  readonly refused: Readonly<Record<string, number>>;
  readonly sessions: readonly SessionStats[];
}

/** Numbers of one session. */
export interface SessionStats {
  /** Who is there; undefined while its connection is broken. */
  readonly peer: Peer | undefined;
  readonly identity: unknown;
  readonly runningCalls: number;
  /** Open streams, both ways. */
  readonly streams: number;
  /** Functions of this client that a service holds. */
  readonly callbacks: number;
  readonly subscriptions: number;
  /** Events that wait for this client. */
  readonly queuedEvents: number;
  /** Events it was too slow for, each told to it as part of a gap. */
  readonly droppedEvents: number;
  /** Bytes sent and not acknowledged. */
  readonly sendBufferBytes: number;
}

/** One event of a server. */
export interface EventStats {
  /** `Service.event`. */
  readonly name: string;
  readonly mode: "signal" | "latest" | "log" | "table";
  readonly topics: number;
  readonly subscriptions: number;
  /** Events published since the start. */
  readonly published: number;
}
