import type { CallContext } from "../call.js";
import { checkTopic } from "./topic.js";

/** Where an event's publications go: one for each server that serves it. */
export interface EventSink {
  /** Of the event there, for messages. */
  readonly name: string;
  publish(topic: string, value: unknown, callId: number | undefined): void;
  remove(key: string, callId: number | undefined): void;
  /** Resolves when every subscriber's queue has room again. */
  drained(): Promise<void>;
}

/** Key under which a server adds itself; shared by all copies of this package in a process. */
export const addSink: unique symbol = Symbol.for("@rpc/core.addSink");

/**
 * Something a service tells to whoever subscribed: `@event() readonly renamed = new Event<Renamed>()`.
 *
 * Publishing never waits for a subscriber. Without a server, or without subscribers, it goes nowhere.
 */
export class Event<Value> {
  readonly #sinks = new Set<EventSink>();

  /**
   * Tells `value` to all who subscribed to a prefix of `topic`. With the context of a call, subscribers learn its id.
   *
   * @throws RpcError `invalid_argument` for a topic outside the grammar or a value that cannot travel,
   * `resource_exhausted` when it would be one topic or key too many, `failed_precondition` when its key belongs to
   * another topic. Nobody got anything then.
   */
  publish(topic: string, value: Value, context?: CallContext): void {
    const [first] = this.#sinks;
    checkTopic(topic, first?.name);
    for (const sink of this.#sinks) sink.publish(topic, value, context?.callId);
  }

  /**
   * Takes a key of a `latest` or `table` event away: its subscribers get `{ kind: "removed", key }`. A key that is not
   * there stays away in silence.
   *
   * @throws RpcError `failed_precondition` when the event's mode has no keys.
   */
  remove(key: string, context?: CallContext): void {
    for (const sink of this.#sinks) sink.remove(key, context?.callId);
  }

  /** Resolves when every subscriber's queue has room again: what a publisher awaits that wants to pace itself. */
  async drained(): Promise<void> {
    await Promise.all([...this.#sinks].map((sink) => sink.drained()));
  }

  /** Adds a server; returns how to take it away. For the framework. */
  [addSink](sink: EventSink): () => void {
    this.#sinks.add(sink);
    return () => this.#sinks.delete(sink);
  }
}
