import {
  type CallContext,
  type CallOptions,
  type Client,
  Event,
  event,
  expose,
  type Remote,
  RpcError,
  service,
} from "@rpc/core";

/** A service that has a member of every kind, so that a recorded session holds every frame. */
@service("Everything")
export class Everything {
  @event() readonly told = new Event<unknown>();
  @event({ mode: "latest" }) readonly newest = new Event<unknown>();
  @event({ mode: "log", history: { count: 100 } }) readonly kept = new Event<unknown>();
  @event({ mode: "table", key: "key" }) readonly rows = new Event<{ key: string; value: unknown }>();

  @expose()
  echo(value: unknown): unknown {
    return value;
  }

  @expose({ context: true })
  tell(context: CallContext, topic: string, value: unknown): void {
    this.told.publish(topic, value, context);
    this.newest.publish(topic, value, context);
    this.kept.publish(topic, value, context);
    this.rows.publish(topic, { key: topic, value }, context);
  }

  @expose()
  forget(topic: string): void {
    this.rows.remove(topic);
  }

  @expose({ once: { windowMs: 60_000 } })
  place(order: unknown): unknown {
    return order;
  }

  @expose({ context: true })
  wait(context: CallContext): Promise<void> {
    return new Promise((resolve) => context.signal.addEventListener("abort", () => resolve()));
  }

  @expose()
  fail(): never {
    throw new Error("expected");
  }

  @expose()
  async *count(to: number): AsyncGenerator<number> {
    for (let index = 0; index < to; index++) yield index;
  }

  @expose()
  async sum(numbers: AsyncIterable<number>): Promise<number> {
    let sum = 0;
    for await (const number of numbers) sum += number;
    return sum;
  }

  @expose()
  async listen(heard: (text: string) => Promise<unknown>): Promise<unknown> {
    return heard("hello");
  }

  @expose({ oneway: true })
  note(_text: string): void {}
}

const values: readonly unknown[] = [
  null,
  [1, -1, 2 ** 40, -0, Number.NaN, 0.5, true],
  { text: "小红 🙂", long: "x".repeat(300), deep: [[[[{ a: [] }]]]] },
  new Map<unknown, unknown>([
    ["a", new Set([1n, "two", 3])],
    [7, new Date(1.5e12)],
  ]),
  [undefined, new Uint8Array([1, 2, 3]), Float64Array.of(1.5, -2), 2n ** 100n, -(2n ** 70n)],
];

/** The service as its callers see it: without the context, which a proxy's type cannot leave out. */
type RemoteEverything = Omit<Remote<Everything>, "tell" | "wait" | "$with"> & {
  tell(topic: string, value: unknown): Promise<void>;
  wait(): Promise<void>;
  $with(options: CallOptions): RemoteEverything;
};

/**
 * Uses everything at once, the same way each time; resolves when all of it has settled, however.
 *
 * @returns what was rejected with something other than an `RpcError`.
 */
export async function useEverything(client: Client): Promise<unknown[]> {
  const remote = client.service<RemoteEverything>("Everything");
  const aborted = new AbortController();
  const settled = await Promise.allSettled<unknown>([
    ...[remote.told, remote.newest, remote.kept, remote.rows].map((event) => event.subscribe("", () => {})),
    ...values.map((value) => remote.echo(value)),
    remote.$with({ signal: aborted.signal }).wait(),
    remote.$with({ metadata: { trace: "1" } }).tell("a", { n: 1 }),
    remote.$with({ key: "order 1" }).place({ symbol: "AAPL", quantity: 100 }),
    remote.fail(),
    readAll(remote.$with({ timeoutMs: 150 }).count.stream(20)),
    remote.sum(numbers(20)),
    remote.listen(async (text) => [text, values[2]]),
    remote.note.oneway("one way"),
    remote.forget("a"),
    remote.echo("last").finally(() => aborted.abort()),
    remote.$outcome("place", "order 1"),
  ]);
  return settled.flatMap((result) =>
    result.status === "rejected" && !RpcError.is(result.reason) ? [result.reason] : [],
  );
}

async function readAll(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items) {
    // Each is one more value on the wire.
  }
}

async function* numbers(to: number): AsyncGenerator<number> {
  for (let index = 0; index < to; index++) yield index;
}
