import type { Clock } from "../clock.js";
import { DueQueue } from "./due-queue.js";

/** Intervals of silence after which a peer is taken for dead. */
const deadAfter = 3;

/** A session whose peer is watched. */
export interface WatchedSession {
  /** When something was last heard, by the clock. */
  readonly lastReadAt: number;
  /** Nothing was heard for one interval: ask for a sign of life. */
  silent(): void;
  /** Nothing was heard for three. */
  dead(silentMs: number): void;
}

/**
 * Watches that the peers of all sessions are heard, beside the path of calls, so that it never waits behind a handler.
 *
 * Each session is looked at once an interval, at its own time, so that ten thousand do not ask all at once.
 */
export class Heartbeats {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #watched: DueQueue<WatchedSession>;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#watched = new DueQueue(clock, intervalMs, (session, dueAt) => this.#look(session, dueAt));
  }

  /** Begins anew for one that is watched. */
  start(session: WatchedSession): void {
    this.#watched.add(session);
  }

  /** Safe to call twice. */
  stop(session: WatchedSession): void {
    this.#watched.delete(session);
  }

  #look(session: WatchedSession, dueAt: number): void {
    const now = this.#clock.now();
    // When this process itself stood still, what the peer sent meanwhile is still to be read: one round more.
    const stalled = now - dueAt > this.#intervalMs;
    const silentMs = now - session.lastReadAt;
    if (silentMs >= deadAfter * this.#intervalMs && !stalled) return session.dead(silentMs);
    this.#watched.add(session);
    if (silentMs >= this.#intervalMs) session.silent();
  }
}
