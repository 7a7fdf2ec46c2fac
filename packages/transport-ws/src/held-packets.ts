import type { Clock } from "@rpc/core/transport";

/** Most that is held for a paused receiver: twice what a session has under way unless its limits were raised. */
const maxHeldBytes = 16 * 1024 * 1024;

/** What one packet costs beside its bytes, so that many small ones count too. */
const overheadBytes = 64;

/** Packets on their way to a receiver: handed on at once, or held while it is paused or not there yet. */
export class HeldPackets {
  readonly #clock: Clock;
  readonly #deliver: (packet: Uint8Array) => void;
  #held: Uint8Array[] = [];
  #bytes = 0;
  #flowing = false;
  #ended: (() => void) | undefined;

  constructor(clock: Clock, deliver: (packet: Uint8Array) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  /** Hands a packet on or holds it. Returns what is wrong when more would be held than allowed. */
  take(packet: Uint8Array): Error | undefined {
    if (this.#flowing && this.#held.length === 0) {
      this.#deliver(packet);
      return undefined;
    }
    this.#bytes += packet.length + overheadBytes;
    if (this.#bytes > maxHeldBytes)
      return new Error(`the peer sent more than ${maxHeldBytes} bytes while this side took none`);
    this.#held.push(packet);
    return undefined;
  }

  /** Nothing more comes: runs `ended` behind what is held. */
  end(ended: () => void): void {
    if (this.#held.length === 0) ended();
    else this.#ended = ended;
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

  #flush(): void {
    const held = this.#held;
    let count = 0;
    while (this.#flowing && count < held.length) {
      const packet = held[count++] as Uint8Array;
      this.#bytes -= packet.length + overheadBytes;
      this.#deliver(packet);
    }
    held.splice(0, count);
    if (held.length === 0) this.#ended?.();
  }
}
