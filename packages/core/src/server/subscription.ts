import type { Session } from "../session/session.js";
import type { EncodedRow } from "../wire/encode-frame.js";

/** One publication, encoded, on its way to many subscribers. */
export interface PublishedEvent {
  readonly topic: string;
  readonly seq: number;
  readonly row: EncodedRow;
}

export interface SubscriptionOptions {
  readonly id: number;
  readonly prefix: string;
  readonly creditItems: number;
  readonly creditBytes: number;
  readonly queueItems: number;
  readonly queueBytes: number;
  /** Something waits: pump before this turn ends. */
  wake(): void;
}

/** Most bytes of rows in one frame, so that several subscriptions share a session fairly. */
const frameBytes = 32 * 1024;
/** Room for a packet's header and the head of an events frame. */
const overheadBytes = 64;

/**
 * One subscription at the server, in mode `signal`: a bounded queue, the oldest dropped, and one gap per topic for
 * what was dropped.
 *
 * Events wait here, without a packet number, until the subscriber has credit and the session has room.
 */
export class ServerSubscription {
  readonly id: number;
  readonly prefix: string;
  readonly #session: Session;
  readonly #options: SubscriptionOptions;
  #queue: PublishedEvent[] = [];
  #bytes = 0;
  #creditItems: number;
  #creditBytes: number;
  /** What was dropped and not yet told, by topic. It is older than all that waits. */
  readonly #dropped = new Map<string, { from: number; to: number }>();
  #droppedCount = 0;

  constructor(session: Session, options: SubscriptionOptions) {
    this.id = options.id;
    this.prefix = options.prefix;
    this.#session = session;
    this.#options = options;
    this.#creditItems = options.creditItems;
    this.#creditBytes = options.creditBytes;
  }

  /** Events that wait. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Events dropped since it began: more than none is a slow consumer. */
  get dropped(): number {
    return this.#droppedCount;
  }

  /** Whether at least half its queue is free. */
  get hasRoom(): boolean {
    return this.#queue.length * 2 <= this.#options.queueItems && this.#bytes * 2 <= this.#options.queueBytes;
  }

  /** Takes an event; never waits, never fails. */
  offer(event: PublishedEvent): void {
    this.#queue.push(event);
    this.#bytes += event.row.length;
    const { queueItems, queueBytes } = this.#options;
    // The newest stays, however large: a packet holds it, and a quick subscriber must be able to get it.
    while (this.#queue.length > 1 && (this.#queue.length > queueItems || this.#bytes > queueBytes))
      this.#dropOldest();
    this.#options.wake();
  }

  /** The subscriber has taken this much. */
  grant(items: number, bytes: number): void {
    this.#creditItems += items;
    this.#creditBytes += bytes;
    this.#options.wake();
  }

  /** Sends what credit and room allow. */
  pump(): void {
    this.#tellDropped();
    while (this.#queue.length > 0 && this.#maySend()) {
      if (this.#tooLarge(this.#queue[0]!)) this.#tellTooLarge(this.#queue[0]!);
      else this.#session.send({ type: "events", id: this.id, kind: "live", rows: this.#takeRows() });
    }
  }

  /** The next rows for one frame, within credit and what the peer takes at once. */
  #takeRows(): EncodedRow[] {
    const most = Math.min(frameBytes, this.#session.peerLimits.maxPacketBytes / 2);
    const rows: EncodedRow[] = [];
    for (let taken = 0; this.#queue.length > 0 && this.#creditItems > 0 && this.#creditBytes > 0; ) {
      const { row } = this.#queue[0]!;
      if (rows.length > 0 && taken + row.length > most) break;
      this.#queue.shift();
      rows.push(row);
      taken += row.length;
      this.#bytes -= row.length;
      this.#creditItems -= 1;
      this.#creditBytes -= row.length;
    }
    return rows;
  }

  #tooLarge({ row }: PublishedEvent): boolean {
    return row.length + overheadBytes > this.#session.peerLimits.maxPacketBytes;
  }

  // This subscriber takes no packet that large; the others got it.
  #tellTooLarge({ topic, seq, row }: PublishedEvent): void {
    this.#queue.shift();
    this.#bytes -= row.length;
    this.#droppedCount += 1;
    this.#creditItems -= 1;
    this.#session.send({ type: "gap", id: this.id, topic, from: seq, to: seq, reason: "transport" });
  }

  #dropOldest(): void {
    const oldest = this.#queue.shift()!;
    this.#bytes -= oldest.row.length;
    this.#droppedCount += 1;
    const known = this.#dropped.get(oldest.topic);
    if (known === undefined) this.#dropped.set(oldest.topic, { from: oldest.seq, to: oldest.seq });
    else known.to = oldest.seq;
  }

  #tellDropped(): void {
    for (const [topic, { from, to }] of this.#dropped) {
      if (!this.#maySend()) return;
      this.#dropped.delete(topic);
      this.#creditItems -= 1;
      this.#session.send({ type: "gap", id: this.id, topic, from, to, reason: "slow-consumer" });
    }
  }

  #maySend(): boolean {
    return this.#creditItems > 0 && this.#creditBytes > 0 && this.#session.hasEventRoom;
  }
}
