import type { CallContext } from "../call.js";
import { release } from "../callback/release.js";
import type { Client } from "../client/client.js";
import type { Remote } from "../client/proxy.js";
import type { RemoteStream } from "../client/remote-stream.js";
import { RpcError } from "../errors.js";
import { expose } from "../service/expose.js";
import { service } from "../service/service.js";

/** A function that a client passed. */
export type Listener = (value: number) => Promise<number>;

/** The service whose streams, callbacks and one-way calls the transport suite uses. */
@service("Feed")
export class Feed {
  /** Items that `numbers` has given. */
  given = 0;
  /** Streams of `numbers` whose generator has returned. */
  returned = 0;
  /** Signals of `numbers` that aborted. */
  aborted = 0;
  /** Lines of `log`, in the order they came. */
  readonly lines: number[] = [];
  readonly held: Listener[] = [];
  #proceed: (() => void)[] = [];

  /** Counts from 0; fails in front of `failAt`. */
  @expose({ context: true })
  async *numbers(context: CallContext, count: number, failAt = -1): AsyncGenerator<number, void, void> {
    context.signal.addEventListener("abort", () => {
      this.aborted += 1;
    });
    try {
      for (let number = 0; number < count; number++) {
        if (number === failAt) throw new RpcError("out_of_range", `no number ${number}`);
        this.given += 1;
        yield number;
      }
    } finally {
      this.returned += 1;
    }
  }

  /** Never gives anything, until nobody waits. */
  @expose({ context: true })
  async *silence(context: CallContext): AsyncGenerator<number, void, void> {
    await new Promise<void>((resolve) => {
      context.signal.addEventListener("abort", () => resolve());
    });
    this.returned += 1;
  }

  @expose()
  async collect(numbers: AsyncIterable<number>): Promise<number[]> {
    const collected: number[] = [];
    for await (const number of numbers) collected.push(number);
    return collected;
  }

  /** Takes `count` items and leaves. */
  @expose()
  async take(numbers: AsyncIterable<number>, count: number): Promise<number[]> {
    const taken: number[] = [];
    for await (const number of numbers) {
      taken.push(number);
      if (taken.length === count) break;
    }
    return taken;
  }

  /** Takes one item, and the rest after `proceed`. */
  @expose()
  async takeSlowly(numbers: AsyncIterable<number>): Promise<number> {
    let sum = 0;
    let count = 0;
    for await (const number of numbers) {
      if (count === 0) await new Promise<void>((resolve) => this.#proceed.push(resolve));
      count += 1;
      sum += number;
    }
    return sum;
  }

  /** Lets every `takeSlowly` go on. */
  proceed(): void {
    for (const proceed of this.#proceed.splice(0)) proceed();
  }

  /** Calls of `takeSlowly` that wait for `proceed`. */
  get waiting(): number {
    return this.#proceed.length;
  }

  @expose()
  async *double(numbers: AsyncIterable<number>): AsyncGenerator<number, void, void> {
    for await (const number of numbers) yield number * 2;
  }

  /** Calls back `count` times, then gives the callback up. */
  @expose()
  async each(count: number, listener: Listener): Promise<number[]> {
    const answers: number[] = [];
    for (let number = 0; number < count; number++) answers.push(await listener(number));
    release(listener);
    return answers;
  }

  /** Keeps a callback. */
  @expose()
  hold(listener: Listener): void {
    this.held.push(listener);
  }

  @expose({ oneway: true })
  log(line: number): void {
    this.lines.push(line);
  }
}

/** The service as a client sees it: without the context that its methods ask for. */
export interface RemoteFeed extends Omit<Remote<Feed>, "numbers" | "silence"> {
  readonly numbers: { stream(count: number, failAt?: number): RemoteStream<number> };
  readonly silence: { stream(): RemoteStream<number> };
}

/** The service at the other side of a client. */
export function feedOf(client: Client): RemoteFeed {
  return client.service<RemoteFeed>("Feed");
}
