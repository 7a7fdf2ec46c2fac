import { ProtocolError } from "../wire/protocol-error.js";

/** How many one-way calls the server of one session still takes. */
export class OnewayCredit {
  readonly #most: number;
  #left: number;

  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  get left(): number {
    return this.#left;
  }

  /** Whether the server said of every call that it has finished. It says so of many at once, so some may have silently. */
  get idle(): boolean {
    return this.#left === this.#most;
  }

  spend(): void {
    this.#left -= 1;
  }

  /** The server has finished some. */
  grant(count: number): void {
    this.#left += count;
    if (this.#left > this.#most)
      throw new ProtocolError(`credit for ${count} one-way calls that were not sent`);
  }
}
