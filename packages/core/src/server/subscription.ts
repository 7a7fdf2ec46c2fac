import type { Session } from "../session/session.js";
import type { EncodedRow } from "../wire/encode-frame.js";
import type {
  Delivery,
  DeliveryFrom,
  DeliveryMode,
  GapNotice,
  MarkNotice,
  Published,
  PublishedEvent,
} from "./delivery/delivery.js";
import type { Pace } from "./pace.js";

export interface SubscriptionOptions {
  readonly id: number;
  readonly prefix: string;
  /** Whether the event's rule lets it have a topic; absent without a rule. */
  readonly sees?: ((topic: string) => boolean) | undefined;
  /** How often it wants changes at most; absent: as they come. */
  readonly pace?: Pace | undefined;
  readonly from: DeliveryFrom;
  readonly creditItems: number;
  readonly creditBytes: number;
  readonly queueItems: number;
  readonly queueBytes: number;
  /** Something waits: pump before this turn ends. Heard once for each pump. */
  wake(): void;
}

/** What the log of an event tells a subscription to it. */
export interface SubscribedLog {
  readonly mode: DeliveryMode;
  readonly position: number;
  readonly topics: ReadonlyMap<string, Published>;
}

/** Most bytes of rows in one frame, so that several subscriptions share a session fairly. */
const frameBytes = 32 * 1024;
/** Room for a packet's header and the head of an events frame. */
const overheadBytes = 64;

/**
 * One subscription at the server: sends what its delivery has, while the subscriber has credit and the session room.
 *
 * Until then events carry no packet number, and the mode of the event says what happens to them.
 */
export class ServerSubscription {
  readonly id: number;
  readonly prefix: string;
  readonly #session: Session;
  readonly #options: SubscriptionOptions;
  readonly #delivery: Delivery;
  /** Gaps inside a snapshot, told behind its mark: before it they would mean that it begins anew. */
  #held: GapNotice[] = [];
  #creditItems: number;
  #creditBytes: number;
  #tooLargeCount = 0;
  #awake = false;

  constructor(session: Session, { mode, position, topics }: SubscribedLog, options: SubscriptionOptions) {
    this.id = options.id;
    this.prefix = options.prefix;
    this.#session = session;
    this.#options = options;
    this.#creditItems = options.creditItems;
    this.#creditBytes = options.creditBytes;
    const { from, queueItems, queueBytes, pace } = options;
    const matches = (topic: string) => this.matches(topic);
    this.#delivery = mode.start({
      matches,
      from,
      position,
      topics,
      conflate: pace !== undefined,
      queueItems,
      queueBytes,
      flush: () => this.pump(),
    });
  }

  /** Whether it gets events of a topic: the one place that decides who sees what. */
  matches(topic: string): boolean {
    return topic.startsWith(this.prefix) && (this.#options.sees === undefined || this.#options.sees(topic));
  }

  /** Position it begins behind. */
  get beginsAfter(): number {
    return this.#delivery.beginsAfter;
  }

  /** What waits: events, gaps, marks. */
  get queued(): number {
    return this.#delivery.queued + this.#held.length;
  }

  /** Events dropped since it began, as it was slow or they were too large for it. */
  get dropped(): number {
    return this.#delivery.dropped + this.#tooLargeCount;
  }

  /** Whether a publisher that paces itself may go on. */
  get hasRoom(): boolean {
    // Who asked for less must not slow a publisher down.
    return this.#options.pace !== undefined || this.#delivery.hasRoom;
  }

  /** Takes an event; never waits, never fails. */
  offer(event: PublishedEvent): void {
    this.#delivery.offer(event);
    if (!this.#awake) this.#wake();
  }

  /** The subscriber has taken this much. */
  grant(items: number, bytes: number): void {
    this.#creditItems += items;
    this.#creditBytes += bytes;
    this.#wake();
  }

  /** What it may see is another: what waits is looked at again. `position` is the newest. */
  recheck(position: number): void {
    this.#held = this.#held.filter(({ topic }) => this.matches(topic));
    this.#delivery.recheck(position);
    this.#wake();
  }

  /** Sends what credit and room allow. */
  pump(): void {
    this.#awake = false;
    while (this.#maySend()) {
      const next = this.#delivery.peek();
      if (next === undefined) return this.#sendHeld();
      if (next.type === "event" && !this.#isDue(next)) return this.#options.pace?.wait(() => this.#wake());
      if (next.type !== "event") this.#sendNotice(next);
      else if (this.#tooLarge(next)) this.#tellTooLarge(next);
      else this.#sendEvents(next);
    }
  }

  /** Sends what waits as fast as it can. */
  liftPace(): void {
    this.#options.pace?.lift();
    this.#wake();
  }

  close(): void {
    this.#options.pace?.close();
    this.#delivery.close();
  }

  #wake(): void {
    this.#awake = true;
    this.#options.wake();
  }

  // A snapshot is what it begins with, however often it wants changes.
  #isDue(event: PublishedEvent): boolean {
    const { pace } = this.#options;
    return pace === undefined || pace.allows || this.#delivery.kindOf(event) === "snapshot";
  }

  /** Sends one frame of events of one kind, within credit and what the peer takes at once. */
  #sendEvents(first: PublishedEvent): void {
    const kind = this.#delivery.kindOf(first);
    const most = Math.min(frameBytes, this.#session.peerLimits.maxPacketBytes / 2);
    const rows: EncodedRow[] = [];
    let taken = 0;
    for (
      let next: ReturnType<Delivery["peek"]> = first;
      next?.type === "event";
      next = this.#delivery.peek()
    ) {
      const { row } = next;
      if (rows.length > 0 && (taken + row.length > most || this.#delivery.kindOf(next) !== kind)) break;
      if (!this.#isDue(next)) break;
      if (kind !== "snapshot") this.#options.pace?.spend();
      this.#delivery.take();
      rows.push(row);
      taken += row.length;
      this.#creditItems -= 1;
      this.#creditBytes -= row.length;
      if (this.#creditItems <= 0 || this.#creditBytes <= 0) break;
    }
    this.#session.send({ type: "events", id: this.id, kind, rows });
  }

  #sendNotice(notice: GapNotice | MarkNotice): void {
    this.#delivery.take();
    this.#creditItems -= 1;
    this.#session.send({ ...notice, id: this.id });
    // It begins anew, or it is complete.
    if (notice.type === "gap") this.#held = [];
    else this.#sendHeld();
  }

  #sendHeld(): void {
    while (this.#held.length > 0 && this.#maySend()) {
      this.#creditItems -= 1;
      this.#session.send({ ...this.#held.shift()!, id: this.id });
    }
  }

  #tooLarge({ row }: PublishedEvent): boolean {
    return row.length + overheadBytes > this.#session.peerLimits.maxPacketBytes;
  }

  // This subscriber takes no packet that large; the others got it.
  #tellTooLarge(event: PublishedEvent): void {
    const { topic, seq } = event;
    const gap: GapNotice = { type: "gap", topic, from: seq, to: seq, reason: "transport" };
    const inSnapshot = this.#delivery.kindOf(event) === "snapshot";
    this.#delivery.take();
    this.#tooLargeCount += 1;
    if (inSnapshot) this.#held.push(gap);
    else {
      this.#creditItems -= 1;
      this.#session.send({ ...gap, id: this.id });
    }
  }

  #maySend(): boolean {
    const credit = this.#creditItems > 0 && this.#creditBytes > 0;
    return (credit || this.#session.without === "credit") && this.#session.hasEventRoom;
  }
}
