import type { Clock, Random, Timer } from "../clock.js";
import type { DeclaredErrorClass } from "../declared-error.js";
import { RpcError } from "../errors.js";
import type { Session } from "../session/session.js";
import { fromErrorBody } from "../wire/error-frame.js";
import type { ErrorBody } from "../wire/frame.js";
import { notExecuted } from "./not-executed.js";
import { Retries } from "./retries.js";
import { SentCalls } from "./sent-calls.js";

/** A call on its way out, and who waits for it. */
export interface PendingCall {
  /** `Person.changeName`, for messages. */
  readonly name: string;
  /** When its caller gives up, by the clock. */
  readonly deadline: number;
  /** Classes of the errors its service declares. */
  readonly errors: Readonly<Record<string, DeclaredErrorClass>> | undefined;
  /** Whether running it twice is as good as once. */
  readonly idempotent: boolean;
  /** What an error says besides when the session ends under it. */
  readonly details?: unknown;
  /** Part of it was used up, so it cannot be sent again: a stream that was read, or items that came. */
  readonly spent?: boolean;
  /** How often it was sent. */
  attempts: number;
  /** An attempt may have run: from then on it is never said that it did not. */
  doubtful: boolean;
  /** Writes its frame, and returns the number of the packet; throws `RpcError` when it cannot travel. */
  send(id: number, to: SentCalls): number;
  /** It will be sent again: lets go of what its last attempt holds in a session. */
  withdraw?(): void;
  resolve(value: unknown): void;
  reject(error: RpcError): void;
}

export interface PendingCallsOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Calls that may wait for a slot. */
  readonly maxQueuedCalls: number;
  /** How many the peer runs at once; 0 while there is nobody to send to. */
  slots(): number;
  /** What messages end with while there is no link; empty while there is. */
  obstacle(): string;
}

/**
 * Calls that have not been answered: sent ones with their session, others in a queue for one, or resting before they
 * are sent again.
 *
 * Every call that enters leaves exactly once: by its reply, its error, its deadline, a cancel, or the end of its
 * session.
 */
export class PendingCalls {
  readonly #options: PendingCallsOptions;
  readonly #retries: Retries;
  readonly #leaving = new Set<SentCalls>();
  #current: SentCalls | undefined;
  /** Bounded by `add`: a call that comes back from a session was admitted once. */
  #queue = new Set<PendingCall>();
  #timer: Timer | undefined;
  #nextSweep = Infinity;

  constructor(options: PendingCallsOptions) {
    this.#options = options;
    const { clock, random } = options;
    this.#retries = new Retries({
      clock,
      random,
      rested: (call) => {
        this.#queue.add(call);
        this.pump();
      },
    });
  }

  /** Calls that were sent and not answered. */
  get pending(): number {
    let sum = this.#current?.size ?? 0;
    for (const sent of this.#leaving) sum += sent.size;
    return sum;
  }

  /** Calls that wait: for a slot, or to be sent again. */
  get queued(): number {
    return this.#queue.size + this.#retries.size;
  }

  /** A session begins: calls go there from now on. The one before keeps its calls until they are answered or lost. */
  open(session: Session): SentCalls {
    this.leave();
    this.#current = new SentCalls(session);
    return this.#current;
  }

  /** The present session takes no new calls. */
  leave(): void {
    if (this.#current !== undefined) this.#leaving.add(this.#current);
    this.#current = undefined;
  }

  /** Sends a call, or queues it. Rejects it at once when the queue is full. */
  add(call: PendingCall): void {
    if (
      this.#queue.size === 0 &&
      this.#current !== undefined &&
      this.#current.hasSlot(this.#options.slots())
    ) {
      this.#send(call, this.#current);
    } else if (this.#queue.size < this.#options.maxQueuedCalls) {
      this.#queue.add(call);
    } else {
      const { maxQueuedCalls } = this.#options;
      call.reject(
        notExecuted(
          "resource_exhausted",
          `${call.name}: ${maxQueuedCalls} calls wait already (maxQueuedCalls)`,
        ),
      );
      return;
    }
    this.#sweepBy(call.deadline);
  }

  /** Sends what waits, as far as there are slots. */
  pump(): void {
    if (this.#queue.size === 0) return;
    for (const call of this.#queue) {
      if (this.#current === undefined || !this.#current.hasSlot(this.#options.slots())) return;
      this.#queue.delete(call);
      this.#send(call, this.#current);
    }
  }

  resolve(sent: SentCalls, id: number, value: unknown): void {
    sent.answer(id)?.resolve(value);
    this.pump();
  }

  reject(sent: SentCalls, id: number, body: ErrorBody): void {
    const call = sent.answer(id);
    if (call !== undefined) {
      const error = fromErrorBody(body, call.errors);
      // The handler of an idempotent method ran and this is its error: an answer, not a failure to get one.
      if (this.#retries.allows(call, error)) {
        call.withdraw?.();
        this.#retries.rest(call);
      } else this.#fail(call, error);
    }
    this.pump();
  }

  /** The caller of `call` no longer waits. Does nothing when it was answered. */
  abandon(call: PendingCall, code: "cancelled" | "deadline_exceeded", message: string): void {
    if (this.#queue.delete(call) || this.#retries.delete(call)) {
      this.#fail(call, notExecuted(code, message));
      return;
    }
    const sent = [...this.#leaving, ...(this.#current === undefined ? [] : [this.#current])];
    if (sent.some((calls) => calls.abandon(call))) call.reject(new RpcError(code, message));
  }

  /**
   * A session is over: what it is not proved to have lost unseen is unknown. What may be sent again goes to the front
   * of the queue, in the order it was sent; connecting again is wait enough. `final`: nothing is sent again.
   */
  lost(
    sent: SentCalls,
    error: (call: PendingCall, outcome: "not-executed" | "unknown") => RpcError,
    final: boolean,
  ): void {
    this.#leaving.delete(sent);
    if (this.#current === sent) this.#current = undefined;
    const again: PendingCall[] = [];
    const failed: (() => void)[] = [];
    for (const { call, mayHaveRun } of sent.lose()) {
      const failure = error(call, mayHaveRun ? "unknown" : "not-executed");
      if (mayHaveRun) call.doubtful = true;
      // What no server has seen cost it nothing, so it takes nothing from the budget.
      if (!final && (mayHaveRun ? this.#retries.allows(call, failure) : this.#retries.allowsUnseen(call))) {
        call.withdraw?.();
        again.push(call);
      } else failed.push(() => this.#fail(call, failure));
    }
    if (again.length > 0) this.#queue = new Set([...again, ...this.#queue]);
    for (const fail of failed) fail();
    this.pump();
  }

  /** The client is closed: rejects what waits. */
  rejectQueued(error: (call: PendingCall) => RpcError): void {
    const waiting = [...this.#queue, ...this.#retries.resting];
    this.#queue.clear();
    this.#timer?.clear();
    this.#nextSweep = Infinity;
    for (const call of waiting) {
      this.#retries.delete(call);
      this.#fail(call, error(call));
    }
  }

  #send(call: PendingCall, sent: SentCalls): void {
    try {
      sent.send(call);
      if (call.attempts++ === 0) this.#retries.called();
    } catch (error) {
      this.#fail(call, RpcError.from(error, "internal", { outcome: "not-executed" }));
    }
  }

  #fail(call: PendingCall, error: RpcError): void {
    call.reject(call.doubtful && error.outcome === "not-executed" ? inDoubt(error) : error);
  }

  // One timer for all calls, set to the earliest deadline: a timer per call costs more than the rest of the call.
  #sweepBy(deadline: number): void {
    if (deadline >= this.#nextSweep) return;
    this.#timer?.clear();
    this.#nextSweep = deadline;
    this.#timer = this.#options.clock.timer(deadline - this.#options.clock.now(), () => this.#sweep());
  }

  #sweep(): void {
    const now = this.#options.clock.now();
    const sent = [...this.#leaving].flatMap(({ calls }) => calls);
    const waiting = [...this.#queue, ...this.#retries.resting, ...sent, ...(this.#current?.calls ?? [])];
    const obstacle = this.#options.obstacle();
    let next = Infinity;
    this.#nextSweep = Infinity;
    for (const call of waiting) {
      if (call.deadline > now) next = Math.min(next, call.deadline);
      else this.abandon(call, "deadline_exceeded", `${call.name}: no answer before its deadline${obstacle}`);
    }
    this.#sweepBy(next);
  }
}

/** The last attempt did not run, but one before it may have. */
function inDoubt(error: RpcError): RpcError {
  const { code, message, details, retryAfterMs, errorId } = error;
  return new RpcError(code, message, {
    outcome: "unknown",
    cause: error,
    details,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(errorId === undefined ? {} : { errorId }),
  });
}
