import type { Clock, Timer } from "../clock.js";
import type { KindLogger } from "../logger.js";

/**
 * Whether a subscription brings what is expected of it. `fresh`: items come as often as the event says. `stale`: none
 * came for two and a half times as long, though the link may be alive. `down`: there is no link, or the subscription
 * has ended.
 */
export type Freshness = "fresh" | "stale" | "down";

export interface FreshnessWatchOptions {
  readonly clock: Clock;
  readonly logger: KindLogger;
  /** Of the event, for messages. */
  readonly name: string;
}

/** Cadences without an item after which it is stale: one may be late, two and a half are no coincidence. */
const patience = 2.5;

/** Watches how fresh one subscription is. Items alone count: heartbeats, marks and gaps bring nothing new. */
export class FreshnessWatch {
  readonly #options: FreshnessWatchOptions;
  readonly #listeners = new Set<(freshness: Freshness) => void>();
  /** When the newest item of each topic came; kept only with a cadence. */
  readonly #topics = new Map<string, number>();
  #state: Freshness = "down";
  #cadenceMs: number | undefined;
  #confirmed = false;
  #linked = false;
  #over = false;
  /** When the subscription began. */
  #begunAt: number | undefined;
  /** When the newest item came. */
  #newestAt: number | undefined;
  #timer: Timer | undefined;

  constructor(options: FreshnessWatchOptions) {
    this.#options = options;
  }

  get state(): Freshness {
    return this.#state;
  }

  /** Milliseconds within which an item is expected, as the event says; undefined without. */
  get cadenceMs(): number | undefined {
    return this.#cadenceMs;
  }

  /** Calls `listener` at every change; returns how to stop. */
  add(listener: (freshness: Freshness) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How fresh one topic is. One that brought nothing yet counts from the beginning of the subscription. */
  of(topic: string): Freshness {
    if (this.#state === "down" || this.#cadenceMs === undefined) return this.#state;
    return this.#isLate(this.#topics.get(topic) ?? this.#begunAt!) ? "stale" : "fresh";
  }

  /** The server has confirmed it, and says how often items are expected. */
  confirmed(cadenceMs: number | undefined): void {
    this.#cadenceMs = cadenceMs;
    this.#confirmed = true;
    this.#begunAt ??= this.#options.clock.now();
    this.#look();
  }

  /** There is a link to the server that it is at, or there is none any more. */
  linked(linked: boolean): void {
    this.#linked = linked;
    this.#look();
  }

  /** Its session is over; it is asked for in the next. */
  left(): void {
    this.#confirmed = false;
    this.linked(false);
  }

  /** An item came. */
  arrived(topic: string): void {
    if (this.#cadenceMs === undefined) return;
    this.#newestAt = this.#options.clock.now();
    this.#topics.set(topic, this.#newestAt);
    if (this.#state === "stale") this.#look();
  }

  /** The subscription has ended. */
  close(): void {
    this.#over = true;
    this.#look();
    this.#listeners.clear();
  }

  get #newestOrBegun(): number {
    return this.#newestAt ?? this.#begunAt!;
  }

  // The timer is not set anew for each item: it looks when the newest item it knew of would be late.
  #look(): void {
    this.#timer?.clear();
    this.#timer = undefined;
    if (this.#over || !this.#confirmed || !this.#linked) return this.#change("down");
    if (this.#cadenceMs === undefined) return this.#change("fresh");
    if (this.#isLate(this.#newestOrBegun)) return this.#change("stale");
    const lateAt = this.#newestOrBegun + this.#cadenceMs * patience;
    this.#timer = this.#options.clock.timer(lateAt - this.#options.clock.now(), () => this.#look());
    this.#change("fresh");
  }

  #isLate(at: number): boolean {
    return this.#options.clock.now() - at >= this.#cadenceMs! * patience;
  }

  #change(state: Freshness): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) {
      try {
        listener(state);
      } catch (error) {
        const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#options.logger.error(`a listener of the freshness of ${this.#options.name} failed: ${why}`);
      }
    }
  }
}
