import type { Timer } from "../clock.js";
import type { Session } from "../session/session.js";
import { type CredentialEndOptions, showAnewMs } from "./credential-end.js";

/**
 * Shows the server new credentials before those it has end, by coming back on another connection: its hello asks the
 * program for them, and the session is resumed. What a client does without the part `refresh`.
 */
export class CredentialReturn {
  readonly #session: Session;
  readonly #options: CredentialEndOptions;
  #next: Timer | undefined;

  constructor(session: Session, options: CredentialEndOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** What was shown holds for that long; undefined without an end. */
  holds(validMs: number | undefined): void {
    this.ended();
    const ms = validMs === undefined ? undefined : showAnewMs(validMs, this.#options);
    if (ms === undefined) return;
    this.#next = this.#options.clock.timer(ms, () =>
      this.#session.break(new Error("credentials that end soon are shown anew, on another connection")),
    );
  }

  /** The session is over. */
  ended(): void {
    this.#next?.clear();
  }
}
