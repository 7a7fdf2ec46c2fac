import type { Session } from "../session/session.js";
import { ProtocolError } from "../wire/protocol-error.js";

/**
 * How many one-way calls the client may still send: as many as it may have ordinary ones running, counted apart.
 *
 * Nothing answers a one-way call, so what has finished is told by halves of the whole, in one frame for many.
 */
export class OnewayCredit {
  readonly #session: Session;
  readonly #most: number;
  #left: number;
  #finished = 0;

  constructor(session: Session, most: number) {
    this.#session = session;
    this.#most = most;
    this.#left = most;
  }

  /** A one-way call came. Throws `ProtocolError` when it was not allowed. */
  spend(): void {
    if (this.#left === 0) throw new ProtocolError(`one-way calls beyond maxRunningCalls (${this.#most})`);
    this.#left -= 1;
  }

  /** One has finished, or was refused. */
  finish(): void {
    this.#finished += 1;
    if (this.#finished * 2 < this.#most) return;
    this.#left += this.#finished;
    this.#session.send({ type: "credit", id: 0, stream: 0, items: this.#finished, bytes: 0 });
    this.#finished = 0;
  }
}
