import type { Caller } from "../call.js";

/** What a sight is told of its event. */
export interface RuledLog {
  /** Every topic, in the order in which they came to be: its place there is its number. */
  readonly topics: ReadonlyMap<string, { readonly number: number }>;
  /** Asks the event's rule. */
  allows(caller: Caller, topic: string): boolean;
}

const undecided = 0;
const seen = 1;
const hidden = 2;

/**
 * What one session sees of one event: the answer of its rule for each topic, asked once.
 *
 * One byte for each topic, so it is bounded by the event's `maxTopics`. Answers stay as they are until they are asked
 * for again: what waits for a subscription is counted by them.
 */
export class Sight {
  readonly #log: RuledLog;
  readonly #caller: Caller;
  #answers = new Uint8Array(16);

  constructor(log: RuledLog, caller: Caller) {
    this.#log = log;
    this.#caller = caller;
  }

  /** Whether its session gets a topic, which must have been published. */
  sees(topic: string): boolean {
    const { number } = this.#log.topics.get(topic)!;
    this.#reserve(number);
    if (this.#answers[number] === undecided)
      this.#answers[number] = this.#log.allows(this.#caller, topic) ? seen : hidden;
    return this.#answers[number] === seen;
  }

  /** Asks again for all that was decided; returns whether an answer is another now. */
  askAgain(): boolean {
    const before = this.#answers;
    this.#answers = new Uint8Array(before.length);
    let changed = false;
    for (const [topic, { number }] of this.#log.topics) {
      if (number >= before.length) break;
      if (before[number] === undecided) continue;
      changed = this.sees(topic) !== (before[number] === seen) || changed;
    }
    return changed;
  }

  #reserve(number: number): void {
    if (number < this.#answers.length) return;
    const answers = new Uint8Array(Math.max(number + 1, this.#answers.length * 2));
    answers.set(this.#answers);
    this.#answers = answers;
  }
}
