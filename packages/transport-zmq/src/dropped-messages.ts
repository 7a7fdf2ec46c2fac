import type { Logger } from "@rpc/core/transport";

/** What is counted: "dropped 10 messages". */
export interface CountedWords {
  readonly verb: string;
  readonly noun: string;
}

/** Counts messages that nobody can answer, or other things that strangers can cause, and logs the 1st, the 10th, the 100th, so that a flood fills no log. */
export class DroppedMessages {
  readonly #logger: Logger;
  readonly #words: CountedWords;
  #count = 0;
  #nextLogged = 1;

  constructor(logger: Logger, words: CountedWords = { verb: "dropped", noun: "message" }) {
    this.#logger = logger;
    this.#words = words;
  }

  add(reason: string): void {
    this.#count += 1;
    if (this.#count < this.#nextLogged) return;
    this.#nextLogged *= 10;
    const { verb, noun } = this.#words;
    const counted = `${this.#count} ${noun}${this.#count === 1 ? "" : "s"}`;
    this.#logger.warn(`zmq ${verb} ${counted} so far, the last: ${reason}`);
  }
}
