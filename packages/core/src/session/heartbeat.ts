import type { Clock, Timer } from "../clock.js";

/** Intervals of silence after which a peer is taken for dead. */
const deadAfter = 3;

/** What a heartbeat asks of its session. */
export interface HeartbeatListener {
  /** Nothing was heard for one interval: ask for a sign of life. */
  silent(): void;
  /** Nothing was heard for three. */
  dead(silentMs: number): void;
}

/** Watches that the peer is heard, beside the path of calls, so that it never waits behind a handler. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #listener: HeartbeatListener;
  #timer: Timer | undefined;
  #heardAt = 0;
  #lookedAt = 0;

  constructor(clock: Clock, intervalMs: number, listener: HeartbeatListener) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#listener = listener;
  }

  start(): void {
    this.stop();
    this.#heardAt = this.#clock.now();
    this.#lookedAt = this.#heardAt;
    this.#arm();
  }

  /** Something came from the peer. */
  heard(now: number): void {
    this.#heardAt = now;
  }

  stop(): void {
    this.#timer?.clear();
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = this.#clock.timer(this.#intervalMs, () => this.#look());
  }

  #look(): void {
    const now = this.#clock.now();
    // When this process itself stood still, what the peer sent meanwhile is still to be read: one round more.
    const stalled = now - this.#lookedAt > 2 * this.#intervalMs;
    this.#lookedAt = now;
    const silentMs = now - this.#heardAt;
    if (silentMs >= deadAfter * this.#intervalMs && !stalled) {
      this.#timer = undefined;
      this.#listener.dead(silentMs);
      return;
    }
    this.#arm();
    if (silentMs >= this.#intervalMs) this.#listener.silent();
  }
}
