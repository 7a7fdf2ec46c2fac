import type { Caller } from "../call.js";
import type { Clock } from "../clock.js";
import type { ErrorCode } from "../errors.js";
import type { Limits } from "../limits.js";
import { shorten } from "../service/names.js";
import { checkPrefix } from "../service/topic.js";
import type { Session } from "../session/session.js";
import type { ErrorBody, SubscribeFrame, SubscriptionCreditFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { Pace } from "./pace.js";
import { Sight } from "./sight.js";
import { ServerSubscription } from "./subscription.js";
import type { TopicLog } from "./topic-log.js";
import type { TopicLogs } from "./topic-logs.js";

export interface SessionSubscriptionsOptions {
  readonly logs: TopicLogs;
  readonly clock: Clock;
  readonly limits: Limits;
}

/** The subscriptions of one session. */
export class SessionSubscriptions {
  readonly #session: Session;
  readonly #options: SessionSubscriptionsOptions;
  readonly #caller: Caller;
  readonly #subscriptions = new Map<
    number,
    { readonly subscription: ServerSubscription; readonly log: TopicLog }
  >();
  /** What the session sees of events that have a rule. */
  #sights: Map<TopicLog, Sight> | undefined;
  readonly #awake = new Set<number>();
  #scheduled = false;
  /** Answers given since there was room: a peer that asks on and on without reading them must not fill the memory. */
  #unread = 0;

  /** `caller`: who subscribes. */
  constructor(session: Session, options: SessionSubscriptionsOptions, caller: Caller) {
    this.#session = session;
    this.#options = options;
    this.#caller = caller;
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  /** Events, gaps and marks that wait for credit or room. */
  get queued(): number {
    return this.#sum(({ queued }) => queued);
  }

  /** Events dropped, each told as part of a gap. */
  get dropped(): number {
    return this.#sum(({ dropped }) => dropped);
  }

  add(frame: SubscribeFrame): void {
    const { id, service, event, prefix } = frame;
    if (this.#subscriptions.has(id)) throw new ProtocolError(`subscription id ${id} is taken`);
    this.#countUnread();
    const log = this.#options.logs.get(service)?.get(event);
    if (log === undefined)
      return this.#refuse(id, "unimplemented", `no event ${shorten(`${service}.${event}`)}`);
    const { maxSubscriptions, subscriptionQueueItems, subscriptionQueueBytes } = this.#options.limits;
    if (this.#subscriptions.size >= maxSubscriptions) {
      return this.#refuse(
        id,
        "resource_exhausted",
        `${log.name}: this session has ${maxSubscriptions} subscriptions already (maxSubscriptions)`,
      );
    }
    try {
      checkPrefix(prefix, log.name);
    } catch (error) {
      return this.#refuse(id, "invalid_argument", (error as Error).message);
    }
    const { from = "now", maxRate } = frame;
    if (maxRate !== undefined && log.mode.name !== "latest" && log.mode.name !== "table")
      return this.#refuse(
        id,
        "invalid_argument",
        `${log.name}: maxRate goes with mode latest and table, whose changes give way to newer ones; events of mode ${log.mode.name} do not`,
      );
    if (typeof from === "number" && from > log.position) {
      return this.#refuse(
        id,
        "invalid_argument",
        `${log.name}: position ${from} is not of this epoch, whose newest is ${log.position}`,
      );
    }
    const subscription = new ServerSubscription(this.#session, log, {
      id,
      prefix,
      sees: this.#sightOf(log),
      pace: maxRate === undefined ? undefined : new Pace(this.#options.clock, maxRate),
      from,
      creditItems: frame.creditItems,
      creditBytes: frame.creditBytes,
      queueItems: subscriptionQueueItems,
      queueBytes: subscriptionQueueBytes,
      wake: () => this.#wake(id),
    });
    this.#subscriptions.set(id, { subscription, log });
    log.subscribe(subscription);
    const { cadenceMs } = log;
    const position = subscription.beginsAfter;
    this.#session.send({ type: "subscribed", id, position, mode: log.mode.name, cadenceMs });
    if (subscription.queued > 0) this.#wake(id);
  }

  /** Answers a subscription that was refused before it got here. */
  refuse(id: number, body: ErrorBody): void {
    this.#session.send({ type: "unsubscribed", id, ...body });
  }

  /** It may cross the end of the subscription on the wire: then there is nothing to do. */
  remove(id: number): void {
    const found = this.#subscriptions.get(id);
    this.#subscriptions.delete(id);
    found?.log.unsubscribe(found.subscription);
  }

  grant({ id, items, bytes }: SubscriptionCreditFrame): void {
    this.#subscriptions.get(id)?.subscription.grant(items, bytes);
  }

  /** Sends what credit and room allow, of all that have something waiting. */
  pump(): void {
    for (const id of this.#awake) {
      const found = this.#subscriptions.get(id);
      this.#awake.delete(id);
      if (found === undefined) continue;
      found.subscription.pump();
      found.log.pumped();
    }
  }

  /** There may be room again: all are asked. */
  room(): void {
    for (const [id, { subscription }] of this.#subscriptions)
      if (subscription.queued > 0) this.#awake.add(id);
    this.pump();
  }

  /** The caller is somebody else to the rules now: what it sees is decided anew, and what waits is looked at again. */
  askRulesAgain(): void {
    for (const [log, sight] of this.#sights ?? []) {
      if (!sight.askAgain()) continue;
      log.forgetMatches();
      for (const { subscription, log: subscribed } of this.#subscriptions.values())
        if (subscribed === log) subscription.recheck(log.position);
    }
  }

  /** The server is closing: what waits for its turn leaves as fast as it can. */
  liftPaces(): void {
    for (const { subscription } of this.#subscriptions.values()) subscription.liftPace();
  }

  /** The session is over. */
  ended(): void {
    for (const id of [...this.#subscriptions.keys()]) this.remove(id);
  }

  #sightOf(log: TopicLog): ((topic: string) => boolean) | undefined {
    if (!log.ruled) return undefined;
    this.#sights ??= new Map();
    const sight = this.#sights.get(log) ?? new Sight(log, this.#caller);
    this.#sights.set(log, sight);
    return (topic) => sight.sees(topic);
  }

  // Events of one turn leave together.
  #wake(id: number): void {
    this.#awake.add(id);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.clock.soon(() => {
      this.#scheduled = false;
      this.pump();
    });
  }

  #countUnread(): void {
    this.#unread = this.#session.hasRoom ? 0 : this.#unread + 1;
    const { maxSubscriptions } = this.#options.limits;
    if (this.#unread > maxSubscriptions) {
      throw new ProtocolError(`subscriptions beyond maxSubscriptions (${maxSubscriptions}), answers unread`);
    }
  }

  #refuse(id: number, code: ErrorCode, message: string): void {
    this.#session.send({ type: "unsubscribed", id, code, message, outcome: "not-executed" });
  }

  #sum(count: (subscription: ServerSubscription) => number): number {
    let sum = 0;
    for (const { subscription } of this.#subscriptions.values()) sum += count(subscription);
    return sum;
  }
}
