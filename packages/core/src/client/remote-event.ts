import type { EventItem } from "./event-item.js";

/** An event of a service in another process. */
export interface RemoteEvent<Value> {
  /**
   * Subscribes to every topic that starts with `prefix`; `""` is all. Resolves when the server has confirmed: what is
   * published after that is delivered or reported as a gap.
   *
   * Iterate the subscription, with `for await`; leaving the loop unsubscribes.
   */
  subscribe(prefix?: string): Promise<Subscription<Value>>;
  /**
   * The same with a function that hears each item. A promise it returns holds back the credit for that item, so a slow
   * function slows what the server sends ahead. If it throws or rejects, the subscription ends with that error.
   */
  subscribe(prefix: string, listener: (item: EventItem<Value>) => unknown): Promise<Subscription<Value>>;
}

/** A confirmed subscription. Ends once: by `unsubscribe`, by leaving its loop, or with its client. */
export interface Subscription<Value> extends AsyncIterable<EventItem<Value>>, AsyncDisposable {
  readonly prefix: string;
  /** Resolves when it ends in order; rejects `RpcError` when it ends otherwise. Never an unhandled rejection. */
  readonly closed: Promise<void>;
  /**
   * Iterates values only. A gap ends it with `data_loss`, for silence would hide it, unless `onGap` hears of gaps.
   */
  values(options?: { onGap?(gap: EventItem<Value> & { kind: "gap" }): void }): AsyncIterable<Value>;
  /** Ends it. Safe to call twice. */
  unsubscribe(): Promise<void>;
}
