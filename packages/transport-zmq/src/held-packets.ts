import type { Clock } from "@rpc/core/transport";

/** What one packet costs beside its bytes, so that many small ones count too. */
const packetOverheadBytes = 64;

/** Packets on their way to a receiver: handed on at once, or held while it is paused or not there yet. */
export class HeldPackets {
  readonly #clock: Clock;
  readonly #maxHeldBytes: number;
  readonly #deliver: (packet: Uint8Array) => void;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #flowing = false;

  constructor(clock: Clock, maxHeldBytes: number, deliver: (packet: Uint8Array) => void) {
    this.#clock = clock;
    this.#maxHeldBytes = maxHeldBytes;
    this.#deliver = deliver;
  }

  /** Hands a packet on or holds it; false means that more is held than allowed. */
  take(packet: Uint8Array): boolean {
    if (this.#flowing && this.#held.length === 0) {
      this.#deliver(packet);
      return true;
    }
    this.#held.push(packet);
    this.#heldBytes += packet.length + packetOverheadBytes;
    return this.#heldBytes <= this.#maxHeldBytes;
  }

  pause(): void {
    this.#flowing = false;
  }

  /** Hands on what is held at the end of this turn, so that nothing arrives inside the call. */
  resume(): void {
    if (this.#flowing) return;
    this.#flowing = true;
    if (this.#held.length > 0) this.#clock.soon(() => this.#flush());
  }

  /** Forgets what is held. */
  clear(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  #flush(): void {
    while (this.#flowing) {
      const packet = this.#held.shift();
      if (packet === undefined) return;
      this.#heldBytes -= packet.length + packetOverheadBytes;
      this.#deliver(packet);
    }
  }
}
