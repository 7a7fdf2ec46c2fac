import type { ErrorBody } from "./call-frames.js";

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

/** Kinds of an events frame, in the order of their numbers. */
export const eventKinds = ["live", "replay", "snapshot", "removed"] as const;
