import type { Clock, Timer } from "@rpc/core/transport";

/** What a `PacketTimeout` is told. */
export interface PacketTimeoutOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** A packet was not whole in time. */
  expired(): void;
  /** No packet is under way since about the timeout: a moment to give memory back. */
  quiet(): void;
}

/**
 * The time that a packet may take from its first byte to its last.
 *
 * On a busy connection nearly every chunk ends inside a packet, so the timer is not set anew for each: it runs on, and
 * looks at what is under way when it fires.
 */
export class PacketTimeout {
  readonly #options: PacketTimeoutOptions;
  #timer: Timer | undefined;
  #began: number | undefined;

  constructor(options: PacketTimeoutOptions) {
    this.#options = options;
  }

  /** A packet has begun. Nothing new if one is under way. */
  begin(): void {
    if (this.#began !== undefined) return;
    this.#began = this.#options.clock.now();
    if (this.#timer === undefined) this.#set(this.#options.timeoutMs);
  }

  /** No packet is under way, or nobody reads it for now. */
  finish(): void {
    this.#began = undefined;
  }

  /** Ends the watch; the timer is gone afterwards. */
  close(): void {
    this.#began = undefined;
    this.#timer?.clear();
    this.#timer = undefined;
  }

  #set(ms: number): void {
    this.#timer = this.#options.clock.timer(ms, () => this.#fire());
  }

  #fire(): void {
    this.#timer = undefined;
    if (this.#began === undefined) {
      this.#options.quiet();
      return;
    }
    const left = this.#began + this.#options.timeoutMs - this.#options.clock.now();
    if (left > 0) this.#set(left);
    else this.#options.expired();
  }
}
