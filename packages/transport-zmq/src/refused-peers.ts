/** Refused peers that are remembered; above this the oldest is forgotten, and looks like a newcomer if it sends again. */
const maxRefusedPeers = 4_096;

/**
 * Routing ids whose connection this side has ended, and whose packets may still come.
 *
 * A ROUTER cannot drop one peer, so what it sends is refused by name until its own close notice comes.
 */
export class RefusedPeers {
  readonly #ids = new Set<string>();

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size <= maxRefusedPeers) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }

  /** Safe for an id that is not refused. */
  forget(id: string): void {
    this.#ids.delete(id);
  }
}
