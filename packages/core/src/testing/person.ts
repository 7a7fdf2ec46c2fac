import type { CallContext } from "../call.js";
import { RpcError } from "../errors.js";
import { Event } from "../service/event.js";
import { event } from "../service/event-decorator.js";
import { expose } from "../service/expose.js";
import { service } from "../service/service.js";

/** What the event `renamed` tells. */
export interface Renamed {
  readonly from: string;
  readonly to: string;
}

/** A declared error of the suite's service. */
export class NameTaken extends RpcError {
  constructor(readonly taken: string) {
    super("already_exists", `${taken} is taken`);
  }
}

/** The service that the transport suite calls. */
@service("Person")
export class Person {
  /** Topics are the new names. */
  @event() readonly renamed = new Event<Renamed>();
  /** Numbers of calls in the order they were dispatched. */
  readonly order: number[] = [];
  /** Signals of `wait` that aborted, by their reason's message. */
  readonly aborted: string[] = [];
  /** What `buy` bought, each time it ran. */
  readonly bought: string[] = [];
  #name = "小红";
  #release: (() => void)[] = [];

  /** Calls of `wait` that have not finished. */
  get waiting(): number {
    return this.#release.length;
  }

  @expose()
  getName(): string {
    return this.#name;
  }

  @expose()
  changeName(name: string): string {
    if (name === "taken") throw new NameTaken(name);
    this.renamed.publish(name, { from: this.#name, to: name });
    this.#name = name;
    return name;
  }

  @expose({ throws: [NameTaken] })
  claim(name: string): never {
    throw new NameTaken(name);
  }

  @expose()
  echo<Value>(value: Value): Value {
    return value;
  }

  @expose()
  async count(number: number): Promise<number> {
    this.order.push(number);
    // Even ones take longer, so replies overtake each other.
    if (number % 2 === 0) await Promise.resolve();
    return number;
  }

  @expose()
  refuse(): never {
    throw new RpcError("failed_precondition", "not today", {
      details: { day: "Sunday" },
      retryAfterMs: 1000,
    });
  }

  @expose()
  crash(): never {
    throw new Error("a secret of the server");
  }

  /** Waits until `release`, or until nobody waits any more. */
  @expose({ context: true })
  wait(context: CallContext): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#release.push(() => resolve("released"));
      context.signal.addEventListener("abort", () => {
        this.aborted.push((context.signal.reason as Error).message);
        this.#release.pop();
        reject(context.signal.reason as Error);
      });
    });
  }

  /** Buys a gift, once for each key. Waits for `release` when `slow`. */
  @expose({ once: { windowMs: 60_000 }, context: true })
  buy(context: CallContext, gift: string, slow: boolean): string | Promise<string> {
    this.bought.push(gift);
    if (gift === "a yacht") throw new RpcError("failed_precondition", "too dear");
    return slow ? this.wait(context).then(() => gift) : gift;
  }

  /** Like `wait`, and may run twice. */
  @expose({ context: true, idempotent: true })
  look(context: CallContext): Promise<string> {
    return this.wait(context);
  }

  /** Publishes `count` events on `topic`. */
  @expose()
  publish(topic: string, count: number): void {
    for (let index = 1; index <= count; index++)
      this.renamed.publish(topic, { from: topic, to: String(index) });
  }

  /** Lets every `wait` finish. */
  release(): void {
    for (const release of this.#release.splice(0)) release();
  }

  /** Not exposed. */
  secret(): string {
    return "secret";
  }
}
