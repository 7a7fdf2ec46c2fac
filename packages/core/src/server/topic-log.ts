import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { EventSink } from "../service/event.js";
import type { RegisteredEvent } from "../service/registry.js";
import { ByteSink } from "../wire/byte-sink.js";
import { encodeRow } from "../wire/encode-frame.js";
import { headerBytes } from "../wire/packet.js";
import { encodeValue } from "../wire/values.js";
import type { ServerSubscription } from "./subscription.js";

interface Topic {
  seq: number;
  /** Subscriptions whose prefix it starts with; found again after any came or went. */
  matching: readonly ServerSubscription[] | undefined;
}

/** Hears every publication with its value encoded: plain peers. */
export type PlainListener = (topic: string, value: Uint8Array) => void;

/** Room for the frames around a row. */
const overheadBytes = 64;

/** All publications of one event at one server: numbers them, encodes each once, and offers it to who subscribed. */
export class TopicLog implements EventSink {
  readonly name: string;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #maxTopics: number;
  readonly #topics = new Map<string, Topic>();
  readonly #subscriptions = new Set<ServerSubscription>();
  readonly #plain = new Set<PlainListener>();
  readonly #sink = new ByteSink(1024);
  #position = 0;
  #draining: (() => void)[] = [];

  constructor({ service, name, options }: RegisteredEvent, clock: Clock, limits: Limits) {
    this.name = `${service}.${name}`;
    this.#clock = clock;
    this.#limits = limits;
    this.#maxTopics = options.maxTopics ?? limits.maxTopics;
  }

  /** Position of the newest event; 0 before the first. */
  get position(): number {
    return this.#position;
  }

  publish(topic: string, value: unknown, callId: number | undefined): void {
    const known = this.#topics.get(topic) ?? this.#createTopic(topic);
    const seq = known.seq + 1;
    const row = this.#encode([topic, seq, this.#position + 1, this.#clock.wallTime(), callId ?? null, value]);
    // From here on nothing fails: a refused event leaves no trace.
    if (seq === 1) this.#topics.set(topic, known);
    known.seq = seq;
    this.#position += 1;
    known.matching ??= [...this.#subscriptions].filter(({ prefix }) => topic.startsWith(prefix));
    for (const subscription of known.matching) subscription.offer({ topic, seq, row });
    if (this.#plain.size > 0) this.#tellPlain(topic, value);
  }

  async drained(): Promise<void> {
    if (this.#hasRoom) return;
    await new Promise<void>((resolve) => this.#draining.push(resolve));
  }

  add(subscription: ServerSubscription): void {
    this.#subscriptions.add(subscription);
    this.#forgetMatches();
  }

  remove(subscription: ServerSubscription): void {
    this.#subscriptions.delete(subscription);
    this.#forgetMatches();
    this.pumped();
  }

  /** A subscription sent something: publishers that wait for room may go on. */
  pumped(): void {
    if (this.#draining.length === 0 || !this.#hasRoom) return;
    const waiting = this.#draining;
    this.#draining = [];
    for (const resolve of waiting) resolve();
  }

  hear(listener: PlainListener): () => void {
    this.#plain.add(listener);
    return () => this.#plain.delete(listener);
  }

  get #hasRoom(): boolean {
    for (const subscription of this.#subscriptions) if (!subscription.hasRoom) return false;
    return true;
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
    return { seq: 0, matching: undefined };
  }

  #encode(row: readonly unknown[]): Uint8Array {
    let encoded: Uint8Array;
    try {
      encoded = encodeRow(this.#sink, row, this.#limits);
    } catch (error) {
      const { code, message } = RpcError.from(error, "internal");
      throw new RpcError(code, `${this.name}: the value cannot be published: ${message}`, {
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

  #forgetMatches(): void {
    for (const topic of this.#topics.values()) topic.matching = undefined;
  }
}
