import type { Logger } from "@rpc/core/transport";

/** Counts messages that nobody can answer, and logs the 1st, the 10th, the 100th, so that a flood fills no log. */
export class DroppedMessages {
  readonly #logger: Logger;
  #count = 0;
  #nextLogged = 1;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(reason: string): void {
    this.#count += 1;
    if (this.#count < this.#nextLogged) return;
    this.#nextLogged *= 10;
    this.#logger.warn(
      `zmq dropped ${this.#count} ${this.#count === 1 ? "message" : "messages"} so far, the last: ${reason}`,
    );
  }
}
