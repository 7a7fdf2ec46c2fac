import type { Clock, Random, Timer } from "../clock.js";
import type { RpcError } from "../errors.js";
import { jitteredWaitMs } from "./backoff.js";
import type { PendingCall } from "./pending-calls.js";
import { RetryBudget } from "./retry-budget.js";

/** How often a call is sent at most, the first time included. */
const maxAttempts = 5;

export interface RetriesOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** A call has rested and may be sent again. */
  rested(call: PendingCall): void;
}

/**
 * Decides which failed calls are sent again, and lets them rest before it.
 *
 * Proved not executed: any method. Unknown: only what may run twice. In both cases only while no stream of it was used,
 * inside the call's deadline, at most
 * five times, and as the budget allows. Nothing here is touched by a call that goes well, its count apart.
 */
export class Retries {
  readonly #options: RetriesOptions;
  readonly #budget: RetryBudget;
  readonly #resting = new Map<PendingCall, Timer>();

  constructor(options: RetriesOptions) {
    this.#options = options;
    this.#budget = new RetryBudget(options.clock);
  }

  /** Calls that rest. */
  get resting(): Iterable<PendingCall> {
    return this.#resting.keys();
  }

  get size(): number {
    return this.#resting.size;
  }

  /** A call is sent for the first time: it earns the budget a part of a retry. */
  called(): void {
    this.#budget.called();
  }

  /** Whether `call`, which failed with `error`, may be sent again; takes from the budget if so. */
  allows(call: PendingCall, error: RpcError): boolean {
    if (error.code !== "unavailable") return false;
    const safe = error.outcome === "not-executed" || (error.outcome === "unknown" && call.idempotent);
    return safe && this.allowsUnseen(call) && this.#budget.take();
  }

  /** Whether `call`, which no server has seen, may be sent again: it was no load to one, so the budget is not asked. */
  allowsUnseen(call: PendingCall): boolean {
    return call.spent !== true && call.attempts < maxAttempts && call.deadline > this.#options.clock.now();
  }

  /** Gives `call` back after a wait that grows with its attempts. */
  rest(call: PendingCall): void {
    const { clock, random, rested } = this.#options;
    const timer = clock.timer(jitteredWaitMs(random, call.attempts), () => {
      this.#resting.delete(call);
      rested(call);
    });
    this.#resting.set(call, timer);
  }

  /** Its caller no longer waits. Returns false when it does not rest. */
  delete(call: PendingCall): boolean {
    this.#resting.get(call)?.clear();
    return this.#resting.delete(call);
  }
}
