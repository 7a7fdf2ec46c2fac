import type { DeliveryStart, GapNotice, Published, PublishedEvent } from "./delivery.js";

/** What a subscriber missed and was not yet told, one range for each topic. It is older than all that waits. */
export class Missed {
  readonly #ranges = new Map<string, { from: number; to: number; readonly reason: GapNotice["reason"] }>();
  #count = 0;

  /** Topics with something to tell. */
  get size(): number {
    return this.#ranges.size;
  }

  /** Events missed since the beginning, told or not. */
  get count(): number {
    return this.#count;
  }

  add({ topic, seq }: Pick<PublishedEvent, "topic" | "seq">, reason: GapNotice["reason"]): void {
    this.#add(topic, seq, seq, reason);
    this.#count += 1;
  }

  /**
   * Adds what a subscription that begins behind `position` missed of topics that came further.
   *
   * Nobody counts how far a topic was at each position. A topic has one event for a position at most, so `from` is the
   * first that can be missing; a client that has seen later ones knows better.
   */
  addSince(
    position: number,
    { matches, topics }: Pick<DeliveryStart, "matches" | "topics">,
    reason: GapNotice["reason"],
  ): void {
    for (const [topic, reached] of topics) {
      if (reached.position <= position || !matches(topic)) continue;
      this.#add(topic, firstPossible(reached, position), reached.seq, reason);
    }
  }

  peek(): GapNotice | undefined {
    for (const [topic, { from, to, reason }] of this.#ranges) return { type: "gap", topic, from, to, reason };
    return undefined;
  }

  /** What `peek` returned was told. */
  take(): void {
    for (const topic of this.#ranges.keys()) {
      this.#ranges.delete(topic);
      return;
    }
  }

  /** Forgets what is of other topics. */
  keep(matches: (topic: string) => boolean): void {
    for (const topic of this.#ranges.keys()) if (!matches(topic)) this.#ranges.delete(topic);
  }

  #add(topic: string, from: number, to: number, reason: GapNotice["reason"]): void {
    const known = this.#ranges.get(topic);
    if (known === undefined) this.#ranges.set(topic, { from, to, reason });
    else {
      known.from = Math.min(known.from, from);
      known.to = Math.max(known.to, to);
    }
  }
}

function firstPossible(reached: Published, position: number): number {
  return Math.max(1, reached.seq - (reached.position - position) + 1);
}
