import type { ClientState } from "./connector.js";

/** Numbers of a client, for an operator. */
export interface ClientStats {
  readonly state: ClientState;
  /** Calls sent and not answered. */
  readonly pendingCalls: number;
  /** Calls that wait for a slot or a connection. */
  readonly queuedCalls: number;
  /** Functions that the server may call. */
  readonly callbacks: number;
  readonly subscriptions: number;
  /** Items that wait for their consumers. */
  readonly queuedEvents: number;
  /** Bytes sent and not acknowledged. */
  readonly sendBufferBytes: number;
}
