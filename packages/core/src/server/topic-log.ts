import type { Caller } from "../call.js";
import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { EventSink } from "../service/event.js";
import type { RegisteredEvent } from "../service/registry.js";
import { ByteSink } from "../wire/byte-sink.js";
import type { EncodedRow } from "../wire/encode-frame.js";
import { headerBytes } from "../wire/packet.js";
import { RowBlock } from "../wire/row-block.js";
import { encodeValue } from "../wire/values.js";
import { createMode, type ModeOptions } from "./delivery/create-mode.js";
import type { DeliveryMode, Published } from "./delivery/delivery.js";
import type { Rules } from "./rules.js";
import type { EventStats } from "./server-stats.js";
import { Sight } from "./sight.js";
import type { ServerSubscription, SubscribedLog } from "./subscription.js";

interface Topic extends Published {
  /** Its place among the topics. */
  readonly number: number;
  seq: number;
  position: number;
  /** Subscriptions whose prefix it starts with; found again after any came or went. */
  matching: readonly ServerSubscription[] | undefined;
}

interface Addition {
  readonly key: string;
  readonly removed: boolean;
  readonly value: unknown;
  readonly callId: number | undefined;
}

/** Hears every publication with its value encoded: plain peers. */
export type PlainListener = (topic: string, value: Uint8Array) => void;

export interface TopicLogOptions extends ModeOptions {
  readonly rules: Rules;
}

/** Who a plain peer is. */
const nobody: Caller = { identity: undefined, sessionId: undefined };

/** What keeps the rows of an event, by its mode. */
const keptBy = { signal: "queue", log: "history", latest: "alone", table: "alone" } as const;

/** Room for the frames around a row. */
const overheadBytes = 64;

/** All publications of one event at one server: numbers them, encodes each once, and offers it to who subscribed. */
export class TopicLog implements EventSink, SubscribedLog {
  readonly name: string;
  /** What is kept, and how it is delivered. */
  readonly mode: DeliveryMode;
  readonly #event: RegisteredEvent;
  readonly #rules: Rules;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #maxTopics: number;
  readonly #topics = new Map<string, Topic>();
  readonly #subscriptions = new Set<ServerSubscription>();
  readonly #plain = new Set<PlainListener>();
  readonly #plainSight = new Sight(this, nobody);
  readonly #rows: RowBlock;
  #position = 0;
  #publishing = false;
  #draining: (() => void)[] = [];

  constructor(event: RegisteredEvent, options: TopicLogOptions) {
    this.name = `${event.service}.${event.name}`;
    this.mode = createMode(event, options);
    this.#rows = new RowBlock(keptBy[this.mode.name], options.limits);
    this.#event = event;
    this.#rules = options.rules;
    this.#clock = options.clock;
    this.#limits = options.limits;
    this.#maxTopics = event.options.maxTopics ?? options.limits.maxTopics;
  }

  /** Position of the newest event; 0 before the first. */
  get position(): number {
    return this.#position;
  }

  /** Its numbers, for an operator. */
  get stats(): EventStats {
    return {
      name: this.name,
      mode: this.mode.name,
      topics: this.#topics.size,
      subscriptions: this.#subscriptions.size,
      published: this.#position,
    };
  }

  /** How far each topic has come. */
  get topics(): ReadonlyMap<string, Topic> {
    return this.#topics;
  }

  /** Milliseconds within which an item is expected, where the event says so. */
  get cadenceMs(): number | undefined {
    return this.#event.options.cadenceMs;
  }

  /** Whether a rule says who gets which topics. */
  get ruled(): boolean {
    return this.#event.allow !== undefined;
  }

  /** Asks the rule. One that publishes fails: its event would overtake the one that it is asked for. */
  allows(caller: Caller, topic: string): boolean {
    const before = this.#publishing;
    this.#publishing = true;
    try {
      return this.#rules.mayHear(this.#event, caller, topic);
    } finally {
      this.#publishing = before;
    }
  }

  publish(topic: string, published: unknown, callId: number | undefined): void {
    const value = this.#check(published);
    this.#add(topic, { key: this.mode.keyOf(topic, value), removed: false, value, callId });
    if (this.#plain.size > 0 && (!this.ruled || this.#plainSight.sees(topic))) this.#tellPlain(topic, value);
  }

  remove(key: string, callId: number | undefined): void {
    if (this.mode.name !== "latest" && this.mode.name !== "table") {
      throw new RpcError(
        "failed_precondition",
        `${this.name}: an event of mode ${this.mode.name} has no keys to remove; declare mode latest or table`,
        {
          outcome: "not-executed",
        },
      );
    }
    const known = this.mode.find(key);
    if (known !== undefined) this.#add(known.topic, { key, removed: true, value: key, callId });
  }

  async drained(): Promise<void> {
    if (this.#hasRoom) return;
    await new Promise<void>((resolve) => this.#draining.push(resolve));
  }

  subscribe(subscription: ServerSubscription): void {
    this.#subscriptions.add(subscription);
    this.forgetMatches();
  }

  unsubscribe(subscription: ServerSubscription): void {
    this.#subscriptions.delete(subscription);
    subscription.close();
    this.forgetMatches();
    this.pumped();
  }

  /** A subscription sent something: publishers that wait for room may go on. */
  pumped(): void {
    if (this.#draining.length === 0 || !this.#hasRoom) return;
    const waiting = this.#draining;
    this.#draining = [];
    for (const resolve of waiting) resolve();
  }

  /** Who gets which topic has changed. */
  forgetMatches(): void {
    for (const topic of this.#topics.values()) topic.matching = undefined;
  }

  hear(listener: PlainListener): () => void {
    this.#plain.add(listener);
    return () => this.#plain.delete(listener);
  }

  get #hasRoom(): boolean {
    for (const subscription of this.#subscriptions) if (!subscription.hasRoom) return false;
    return true;
  }

  #add(topic: string, { key, removed, value, callId }: Addition): void {
    // A getter of a value that publishes would get the same number.
    if (this.#publishing)
      throw new RpcError(
        "failed_precondition",
        `${this.name}: published while another value was read, or by a rule`,
        {
          outcome: "not-executed",
        },
      );
    const known = this.#topics.get(topic) ?? this.#createTopic(topic);
    this.#publishing = true;
    const seq = known.seq + 1;
    const position = this.#position + 1;
    let row: EncodedRow;
    try {
      row = this.#encode([topic, seq, position, this.#clock.wallTime(), callId ?? null, value]);
      if (!removed) this.mode.check(topic, key, row.length);
    } finally {
      this.#publishing = false;
    }
    // From here on nothing fails: a refused event leaves no trace.
    if (seq === 1) this.#topics.set(topic, known);
    known.seq = seq;
    known.position = position;
    this.#position = position;
    const publishedAt = this.#clock.now();
    const event = { type: "event", topic, seq, position, key, removed, publishedAt, row } as const;
    this.mode.keep(event);
    known.matching ??= [...this.#subscriptions].filter((subscription) => subscription.matches(topic));
    for (const subscription of known.matching) subscription.offer(event);
    this.mode.trim(publishedAt);
  }

  #check(value: unknown): unknown {
    const { boundary } = this.#event;
    const problem = boundary?.refuseValue(value);
    if (problem !== undefined) {
      throw new RpcError(
        "invalid_argument",
        `${this.name}: the value is not what the contract says: ${problem}`,
        { outcome: "not-executed" },
      );
    }
    // Only an instance of a class needs the contract to know what of it travels.
    return boundary === undefined || isPlain(value) ? value : boundary.project(value);
  }

  #createTopic(topic: string): Topic {
    if (this.#topics.size >= this.#maxTopics) {
      throw new RpcError(
        "resource_exhausted",
        `${this.name}: ${topic} would be one topic more than maxTopics (${this.#maxTopics})`,
        {
          outcome: "not-executed",
        },
      );
    }
    return { number: this.#topics.size, seq: 0, position: 0, matching: undefined };
  }

  #encode(row: readonly unknown[]): EncodedRow {
    let encoded: EncodedRow;
    try {
      encoded = this.#rows.encode(row);
    } catch (error) {
      const { code, message } = RpcError.from(error, "internal");
      // In the row that it is part of the value has an index, which says nothing to whoever published it.
      const why = message.replace(/^\[5\](: )?/, "");
      throw new RpcError(code, `${this.name}: the value cannot be published: ${why}`, {
        outcome: "not-executed",
        cause: error,
      });
    }
    const bytes = encoded.length + headerBytes + overheadBytes;
    if (bytes > this.#limits.maxPacketBytes) {
      throw new RpcError(
        "resource_exhausted",
        `${this.name}: an event of ${bytes} bytes exceeds maxPacketBytes (${this.#limits.maxPacketBytes})`,
        {
          outcome: "not-executed",
        },
      );
    }
    return encoded;
  }

  #tellPlain(topic: string, value: unknown): void {
    const sink = new ByteSink(256);
    encodeValue(sink, value, this.#limits);
    const bytes = sink.bytes.subarray(0, sink.position);
    for (const listener of this.#plain) listener(topic, bytes);
  }
}

function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) {
    const held = (value as Record<string, unknown>)[key];
    if (typeof held === "object" && held !== null) return false;
  }
  return true;
}
