import type { EncodedRow } from "../../wire/encode-frame.js";
import type { EventKind, GapFrame } from "../../wire/frame.js";

/** One publication or removal, encoded, on its way to many subscribers. */
export interface PublishedEvent {
  readonly type: "event";
  readonly topic: string;
  readonly seq: number;
  readonly position: number;
  /** What it replaces the former value of; empty in modes without keys. */
  readonly key: string;
  /** The key is gone. */
  readonly removed: boolean;
  /** When it was published, by the clock. */
  readonly publishedAt: number;
  readonly row: EncodedRow;
}

/** Events of one topic that a subscriber will not get. */
export interface GapNotice extends Pick<GapFrame, "topic" | "from" | "to" | "reason"> {
  readonly type: "gap";
}

/** The snapshot is complete. */
export interface MarkNotice {
  readonly type: "mark";
  readonly position: number;
}

/** Where a subscription begins: with what comes, with the oldest that is kept, or behind a position of this epoch. */
export type DeliveryFrom = "now" | "oldest" | number;

/** What a delivery mode is told of a subscription that begins. */
export interface DeliveryStart {
  /** Whether it gets events of a topic. */
  matches(topic: string): boolean;
  readonly from: DeliveryFrom;
  /** Position of the newest event. */
  readonly position: number;
  /** Newest event of each topic. */
  readonly topics: ReadonlyMap<string, Published>;
  /** Whether its changes are to give way to newer ones of their key, in modes that have keys. */
  readonly conflate?: boolean;
  readonly queueItems: number;
  readonly queueBytes: number;
  /** Sends what credit and room allow, now. */
  flush(): void;
}

/** How far a topic has come. */
export interface Published {
  readonly seq: number;
  readonly position: number;
}

/**
 * What one subscription still has to send, by the rules of its event's mode: the one place that knows what a slow
 * subscriber meets. Credit and the session are its subscription's business.
 */
export interface Delivery {
  /** Position it began behind: what comes later is delivered or told. */
  readonly beginsAfter: number;
  /** Things that wait, gaps and marks included. */
  readonly queued: number;
  /** Events that were dropped, each told as part of a gap. */
  readonly dropped: number;
  /** Whether a publisher that paces itself may go on. */
  readonly hasRoom: boolean;
  /** Takes an event; never waits, never fails. */
  offer(event: PublishedEvent): void;
  /** What goes next, again and again until `take`; undefined when nothing waits. */
  peek(): PublishedEvent | GapNotice | MarkNotice | undefined;
  /** What `peek` returned was sent. */
  take(): void;
  /** As what the event that `peek` returned is sent. */
  kindOf(event: PublishedEvent): EventKind;
  /**
   * `matches` answers otherwise now, for who asks is somebody else to the event's rule. `position` is the newest event's.
   */
  recheck(position: number): void;
  /** The subscription is over. */
  close(): void;
}

/** What an event's mode keeps for later, and how it delivers: one for each event of a server. */
export interface DeliveryMode {
  readonly name: "signal" | "latest" | "log" | "table";
  /** The key of a value; empty in modes without keys. Throws `RpcError` for a key that cannot be one. */
  keyOf(topic: string, value: unknown): string;
  /** The value that is kept for a key, if there is one. */
  find(key: string): PublishedEvent | undefined;
  /** Throws `RpcError` when there is no room to keep it. Nothing has happened then. */
  check(topic: string, key: string, rowBytes: number): void;
  /** Keeps an event, before it is offered to subscriptions. */
  keep(event: PublishedEvent): void;
  /** Lets go of what is over a bound, after an event was offered. `now` is by the clock. */
  trim(now: number): void;
  /** A subscription begins. */
  start(start: DeliveryStart): Delivery;
}
