import type { Clock, Timer } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { Logger } from "../logger.js";
import { checkPrefix } from "../service/topic.js";
import type { Session } from "../session/session.js";
import { fromErrorBody } from "../wire/error-frame.js";
import type { EventsFrame, GapFrame, MarkFrame, SubscribedFrame, UnsubscribedFrame } from "../wire/frame.js";
import type { SubscribeRequest } from "./subscribe-request.js";
import { LiveSubscription } from "./subscription.js";

interface Entry {
  readonly service: string;
  readonly event: string;
  readonly subscription: LiveSubscription;
  readonly maxRate: number | undefined;
  /** In this session; 0 while it waits for one. */
  id: number;
  /** Settles `subscribe`, until the server has confirmed. */
  confirm: { resolve(): void; reject(error: RpcError): void } | undefined;
}

export interface SubscriptionsOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly timeoutMs: number;
  /** What messages end with while there is no link; empty while there is. */
  obstacle(): string;
  readonly logger: Logger;
}

/** All subscriptions of a client. They outlive sessions: a new one gets each of them once. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #entries = new Set<Entry>();
  readonly #byId = new Map<number, Entry>();
  #session: Session | undefined;
  #epoch = "";
  #lastId = 0;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Items that wait for their consumers. */
  get queued(): number {
    let sum = 0;
    for (const { subscription } of this.#entries) sum += subscription.queued;
    return sum;
  }

  /** Resolves when the server has confirmed; rejects `RpcError` after the client's timeout. */
  async add({
    service,
    event,
    prefix,
    listener,
    from,
    maxRate,
  }: SubscribeRequest): Promise<LiveSubscription> {
    const { maxSubscriptions, subscriptionCreditItems, subscriptionCreditBytes } = this.#options.limits;
    const name = `${service}.${event}`;
    checkPrefix(prefix, name);
    if (this.#entries.size >= maxSubscriptions) {
      throw new RpcError(
        "resource_exhausted",
        `${name}: this client has ${maxSubscriptions} subscriptions already (maxSubscriptions)`,
        {
          outcome: "not-executed",
        },
      );
    }
    const entry: Entry = {
      service,
      event,
      maxRate,
      subscription: new LiveSubscription({
        service,
        event,
        prefix,
        listener,
        from,
        creditItems: subscriptionCreditItems,
        creditBytes: subscriptionCreditBytes,
        grant: (items, bytes) => {
          if (entry.id !== 0) this.#session?.send({ type: "subscriptionCredit", id: entry.id, items, bytes });
        },
        left: () => this.#remove(entry),
        logger: this.#options.logger,
        clock: this.#options.clock,
      }),
      id: 0,
      confirm: undefined,
    };
    this.#entries.add(entry);
    await this.#confirmed(entry, name);
    return entry.subscription;
  }

  /** A session begins: every subscription is asked for in it, and leaves the one it was in. */
  attach(session: Session, epoch: string): void {
    const left = this.#session;
    if (left !== undefined) {
      for (const id of this.#byId.keys()) left.send({ type: "unsubscribe", id });
      this.detach(left);
    }
    this.#session = session;
    this.#epoch = epoch;
    for (const entry of this.#entries) this.#subscribe(entry);
  }

  /** The session is over. What its subscriptions miss from now on is told when the next one begins. */
  detach(session: Session): void {
    // They may have moved to another before this one ended.
    if (this.#session !== session) return;
    this.#session = undefined;
    this.#byId.clear();
    for (const entry of this.#entries) {
      entry.id = 0;
      entry.subscription.freshnessWatch.left();
    }
  }

  /** The link of its session came or went. */
  linkChanged(): void {
    const linked = this.#session?.attached === true;
    for (const { subscription } of this.#entries) subscription.freshnessWatch.linked(linked);
  }

  confirmed({ id, position, mode, cadenceMs }: SubscribedFrame): void {
    const entry = this.#byId.get(id);
    entry?.subscription.confirmed(position, mode);
    // It came in a packet, so there is a link.
    entry?.subscription.freshnessWatch.linked(true);
    entry?.subscription.freshnessWatch.confirmed(cadenceMs);
    entry?.confirm?.resolve();
  }

  /** Refused, or ended by the server. */
  ended(frame: UnsubscribedFrame): void {
    const entry = this.#byId.get(frame.id);
    if (entry !== undefined) this.#end(entry, fromErrorBody(frame));
  }

  // Events may cross an unsubscribe on the wire: those for nobody are dropped.
  events({ id, kind, rows }: EventsFrame): void {
    this.#byId.get(id)?.subscription.events(kind, rows);
  }

  gap(frame: GapFrame): void {
    this.#byId.get(frame.id)?.subscription.gap(frame);
  }

  mark(frame: MarkFrame): void {
    this.#byId.get(frame.id)?.subscription.mark(frame.position);
  }

  /** The client is closed: every subscription ends. */
  close(error: RpcError): void {
    for (const entry of [...this.#entries]) {
      entry.confirm?.reject(error);
      entry.subscription.end(undefined);
    }
    this.#entries.clear();
    this.#byId.clear();
  }

  #confirmed(entry: Entry, name: string): Promise<void> {
    const { clock, timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      let timer: Timer | undefined;
      const settle = () => {
        timer?.clear();
        entry.confirm = undefined;
      };
      entry.confirm = {
        resolve() {
          settle();
          resolve();
        },
        reject(error) {
          settle();
          reject(error);
        },
      };
      if (Number.isFinite(timeoutMs)) {
        timer = clock.timer(timeoutMs, () => {
          const obstacle = this.#options.obstacle();
          entry.confirm?.reject(
            new RpcError("deadline_exceeded", `${name}: not confirmed within ${timeoutMs} ms${obstacle}`),
          );
          void entry.subscription.unsubscribe();
        });
      }
      this.#subscribe(entry);
    });
  }

  #subscribe(entry: Entry): void {
    const session = this.#session;
    if (session === undefined) return;
    const { service, event, subscription, maxRate } = entry;
    this.#lastId = (this.#lastId % 0xffff_fffe) + 1;
    entry.id = this.#lastId;
    this.#byId.set(entry.id, entry);
    const from = subscription.begin(this.#epoch);
    const { items, bytes } = subscription.credit;
    try {
      session.send({
        type: "subscribe",
        id: entry.id,
        service,
        event,
        prefix: subscription.prefix,
        creditItems: items,
        creditBytes: bytes,
        from,
        maxRate,
      });
    } catch (error) {
      this.#end(entry, RpcError.from(error, "internal"));
    }
  }

  #end(entry: Entry, error: RpcError): void {
    this.#byId.delete(entry.id);
    this.#entries.delete(entry);
    entry.confirm?.reject(error);
    entry.subscription.end(error);
  }

  #remove(entry: Entry): void {
    if (!this.#entries.delete(entry) || entry.id === 0) return;
    this.#byId.delete(entry.id);
    this.#session?.send({ type: "unsubscribe", id: entry.id });
  }
}
