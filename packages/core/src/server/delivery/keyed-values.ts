import { RpcError } from "../../errors.js";
import type { KeySource } from "../../service/event-decorator.js";
import type { PublishedEvent } from "./delivery.js";
import type { HistoryBudget } from "./history-budget.js";

/** Longest key, in UTF-16 units: as long as a topic may be. */
const maxKeyLength = 256;

export interface KeyedValuesOptions {
  /** Of the event, for messages. */
  readonly name: string;
  /** Without one the topic is the key. */
  readonly key: KeySource | undefined;
  readonly maxKeys: number;
  readonly budget: HistoryBudget;
}

/** The current value of every key of one `latest` or `table` event. */
export class KeyedValues {
  readonly #options: KeyedValuesOptions;
  readonly #values = new Map<string, PublishedEvent>();

  constructor(options: KeyedValuesOptions) {
    this.#options = options;
  }

  get maxKeys(): number {
    return this.#options.maxKeys;
  }

  /** Throws `RpcError` `invalid_argument` when what it finds is no key. */
  keyOf(topic: string, value: unknown): string {
    const { name, key: source } = this.#options;
    if (source === undefined) return topic;
    const key: unknown =
      typeof source === "function" ? (source as (value: unknown) => unknown)(value) : property(value, source);
    if (typeof key === "string" && key.length > 0 && key.length <= maxKeyLength) return key;
    const got = typeof key === "string" ? `one of ${key.length}` : typeof key;
    throw new RpcError(
      "invalid_argument",
      `${name}: expected a key of 1 to ${maxKeyLength} characters, got ${got}; see key at @event`,
      {
        outcome: "not-executed",
      },
    );
  }

  get(key: string): PublishedEvent | undefined {
    return this.#values.get(key);
  }

  /** Throws `RpcError` when that value cannot be kept. */
  check(topic: string, key: string, rowBytes: number): void {
    const { name, maxKeys, budget } = this.#options;
    const known = this.#values.get(key);
    if (known === undefined && this.#values.size >= maxKeys) {
      throw refused(
        "resource_exhausted",
        `${name}: ${key} would be one key more than maxKeys (${maxKeys}); remove keys, or raise it at @event`,
      );
    }
    // Whoever subscribed to the old topic alone would keep the old value for good.
    if (known !== undefined && known.topic !== topic) {
      throw refused(
        "failed_precondition",
        `${name}: key ${key} belongs to topic ${known.topic}, not ${topic}; remove the key first`,
      );
    }
    if (!budget.trim(rowBytes - (known?.row.length ?? 0))) {
      throw refused(
        "resource_exhausted",
        `${name}: the values of all keys exceed historyBytes; remove keys, or raise the limit of serve`,
      );
    }
  }

  set(event: PublishedEvent): void {
    const { budget } = this.#options;
    budget.remove(this.#values.get(event.key)?.row.length ?? 0);
    if (event.removed) this.#values.delete(event.key);
    else {
      this.#values.set(event.key, event);
      budget.add(event.row.length);
    }
  }

  /** Keys whose topic `matches`. */
  keys(matches: (topic: string) => boolean): Set<string> {
    const keys = new Set<string>();
    for (const [key, { topic }] of this.#values) if (matches(topic)) keys.add(key);
    return keys;
  }
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function refused(code: "resource_exhausted" | "failed_precondition", message: string): RpcError {
  return new RpcError(code, message, { outcome: "not-executed" });
}
