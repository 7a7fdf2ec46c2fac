import type { EventItem } from "./event-item.js";
import type { Freshness } from "./freshness.js";

/** An event of a service in another process. */
export interface RemoteEvent<Value> {
  /**
   * Subscribes to every topic that starts with `prefix`; `""` is all. Resolves when the server has confirmed: what is
   * published after that is delivered or reported as a gap.
   *
   * Iterate the subscription, with `for await`; leaving the loop unsubscribes.
   */
  subscribe(prefix?: string, options?: SubscribeOptions): Promise<Subscription<Value>>;
  /**
   * The same with a function that hears each item. A promise it returns holds back the credit for that item, so a slow
   * function slows what the server sends ahead. If it throws or rejects, the subscription ends with that error.
   */
  subscribe(
    prefix: string,
    listener: ((item: EventItem<Value>) => unknown) | undefined,
    options?: SubscribeOptions,
  ): Promise<Subscription<Value>>;
}

/** How a subscription begins. */
export interface SubscribeOptions {
  /**
   * `now`, the default: with what is published from now on. `oldest`: with the oldest that the server keeps, which is
   * the history of a `log` and the current values of `latest`. A stored position: with what came after it; if its epoch
   * is over there is a gap `epoch-changed`, then the oldest. A `table` always begins with its snapshot.
   */
  readonly from?: "now" | "oldest" | EventPosition;
  /**
   * Most changes a second, of a `latest` or `table`: the server sends the newest of each key that changed, and what came
   * between gives way. Snapshots are not counted. Default: as they come.
   */
  readonly maxRate?: number;
}

/** A place in an event that can be stored and subscribed from again. */
export interface EventPosition {
  /** The start of the server that it belongs to. */
  readonly epoch: string;
  readonly position: number;
}

/** A confirmed subscription. Ends once: by `unsubscribe`, by leaving its loop, or with its client. */
export interface Subscription<Value> extends AsyncIterable<EventItem<Value>>, AsyncDisposable {
  readonly prefix: string;
  /** What happens to a slow subscriber, as declared at the event. */
  readonly mode: "signal" | "latest" | "log" | "table";
  /** Behind the newest item that the program was given; where it began before the first. Store it to go on from there. */
  readonly position: EventPosition;
  /** Milliseconds within which an item is expected, as declared at the event; undefined without. */
  readonly cadenceMs: number | undefined;
  /**
   * Whether items come as often as the event's `cadenceMs` says. Without one, it is `fresh` while there is a link. Items
   * count when they arrive, of any topic.
   */
  readonly freshness: Freshness;
  /** Calls `listener` at every change of `freshness`; returns how to stop. */
  onFreshness(listener: (freshness: Freshness) => void): () => void;
  /** The same of one topic, asked at any time: it may be late where others are not. */
  freshnessOf(topic: string): Freshness;
  /** Resolves when it ends in order; rejects `RpcError` when it ends otherwise. Never an unhandled rejection. */
  readonly closed: Promise<void>;
  /**
   * Iterates values only. A gap ends it with `data_loss`, for silence would hide it, unless `onGap` hears of gaps.
   */
  values(options?: { onGap?(gap: EventItem<Value> & { kind: "gap" }): void }): AsyncIterable<Value>;
  /** Ends it. Safe to call twice. */
  unsubscribe(): Promise<void>;
}
