/** Who waits for room. */
export interface WaitingSession {
  /** There is room again. */
  room(): void;
}

/** Unacknowledged bytes of all sessions of one server or client together, and who waits for them to fall. */
export class SendBudget {
  readonly #limit: number;
  readonly #waiting = new Set<WaitingSession>();
  #bytes = 0;

  /** `limit`: bytes, `totalSendBufferBytes`. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get hasRoom(): boolean {
    return this.#bytes < this.#limit;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  remove(bytes: number): void {
    const wasFull = !this.hasRoom;
    this.#bytes -= bytes;
    if (!wasFull || !this.hasRoom) return;
    // A session that kept nothing itself hears of no acknowledgement: it is told here.
    for (const session of [...this.#waiting]) session.room();
  }

  /** Tells the session whenever there is room again. */
  wait(session: WaitingSession): void {
    this.#waiting.add(session);
  }

  /** It is over. Safe to call twice. */
  leave(session: WaitingSession): void {
    this.#waiting.delete(session);
  }
}
