import { type RemoteEvent, RpcError, type Subscription } from "@rpc/core";

interface Waiter<Value> {
  wants(values: readonly Value[]): boolean;
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * What a subscription brought so far, in order, and who waits for more.
 *
 * It keeps everything, which suits a tour of seconds. A gap ends it: the tour shows what was published, not some of it.
 */
export class Heard<Value> {
  readonly values: Value[] = [];
  readonly #waiters = new Set<Waiter<Value>>();
  #subscription: Subscription<Value> | undefined;
  /** Why nothing comes any more. */
  #end: { readonly reason: unknown } | undefined;

  /** Subscribes; resolves when the server has confirmed. `told` hears of each value as it comes. */
  static async of<Value>(
    event: RemoteEvent<Value>,
    prefix: string,
    told: (value: Value) => void = () => {},
  ): Promise<Heard<Value>> {
    const heard = new Heard<Value>();
    heard.#subscription = await event.subscribe(prefix, (item) => {
      if (item.kind === "gap")
        throw new RpcError("data_loss", `events of ${item.topic} are missing (${item.reason})`);
      if (item.kind === "removed" || item.kind === "mark") return;
      told(item.value);
      heard.#add(item.value);
    });
    void heard.#watch(heard.#subscription);
    return heard;
  }

  /** Resolves when what was heard is enough; at once if it is already. Rejects when the subscription ends before. */
  until(enough: (values: readonly Value[]) => boolean): Promise<void> {
    if (enough(this.values)) return Promise.resolve();
    if (this.#end !== undefined) return Promise.reject(this.#end.reason);
    return new Promise((resolve, reject) => this.#waiters.add({ wants: enough, resolve, reject }));
  }

  /** Ends the subscription. */
  async close(): Promise<void> {
    await this.#subscription?.unsubscribe();
  }

  #add(value: Value): void {
    this.values.push(value);
    for (const waiter of this.#waiters) {
      if (!waiter.wants(this.values)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  // Never rejects: the reason goes to who waits.
  async #watch(subscription: Subscription<Value>): Promise<void> {
    const reason: unknown = await subscription.closed.then(
      () => new RpcError("cancelled", "the subscription has ended"),
      (error: unknown) => error,
    );
    this.#end = { reason };
    for (const waiter of this.#waiters) waiter.reject(reason);
    this.#waiters.clear();
  }
}
