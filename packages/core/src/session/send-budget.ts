/** Unacknowledged bytes of all sessions of one server or client together, and who waits for them to fall. */
export class SendBudget {
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
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
    for (const room of [...this.#waiting]) room();
  }

  /** Calls `room` whenever there is room again; returns how to stop. */
  wait(room: () => void): () => void {
    this.#waiting.add(room);
    return () => this.#waiting.delete(room);
  }
}
