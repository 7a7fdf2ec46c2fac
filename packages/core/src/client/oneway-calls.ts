import type { Clock, Timer } from "../clock.js";
import { RpcError } from "../errors.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { PendingCall } from "./pending-calls.js";

export interface OnewayCallsOptions {
  readonly clock: Clock;
  /** Calls that may wait for credit or a session. */
  readonly maxQueuedCalls: number;
  /** Whether the session takes calls now. */
  ready(): boolean;
}

/**
 * One-way calls on their way out. One is settled when the session has it: from then on the session's acknowledgements
 * stand for it.
 *
 * They take no slots of calls that are answered; the server allows as many again, and says when some have finished.
 */
export class OnewayCalls {
  readonly #options: OnewayCallsOptions;
  /** Calls that wait, each with the timer of its deadline. */
  readonly #queue = new Map<PendingCall, Timer | undefined>();
  #credit = 0;
  #most = 0;
  #lastId = 0;

  constructor(options: OnewayCallsOptions) {
    this.#options = options;
  }

  /** Calls that wait. */
  get queued(): number {
    return this.#queue.size;
  }

  /** A session begins, whose server takes `credit` at once. */
  attach(credit: number): void {
    this.#credit = credit;
    this.#most = credit;
    this.pump();
  }

  /** The server has finished some. */
  grant(count: number): void {
    this.#credit += count;
    if (this.#credit > this.#most)
      throw new ProtocolError(`credit for ${count} one-way calls that were not sent`);
    this.pump();
  }

  /** Sends a call, or queues it. Rejects it at once when the queue is full. */
  add(call: PendingCall): void {
    const { clock, maxQueuedCalls } = this.#options;
    if (this.#queue.size === 0 && this.#maySend()) {
      this.#send(call);
    } else if (this.#queue.size < maxQueuedCalls) {
      const expire = () =>
        this.abandon(call, "deadline_exceeded", `${call.name}: not sent before its deadline`);
      const waitMs = call.deadline - clock.now();
      this.#queue.set(call, Number.isFinite(waitMs) ? clock.timer(waitMs, expire) : undefined);
    } else {
      const message = `${call.name}: ${maxQueuedCalls} one-way calls wait already (maxQueuedCalls)`;
      call.reject(new RpcError("resource_exhausted", message, { outcome: "not-executed" }));
    }
  }

  /** Sends what waits, as far as there is credit. */
  pump(): void {
    for (const call of this.#queue.keys()) {
      if (!this.#maySend()) return;
      this.#take(call);
      this.#send(call);
    }
  }

  /** The caller of `call` no longer waits. Does nothing when it was sent. */
  abandon(call: PendingCall, code: "cancelled" | "deadline_exceeded", message: string): void {
    if (!this.#queue.has(call)) return;
    this.#take(call);
    call.reject(new RpcError(code, message, { outcome: "not-executed" }));
  }

  /** The client is closed: rejects what waits, as never sent. */
  rejectQueued(error: (call: PendingCall) => RpcError): void {
    for (const call of [...this.#queue.keys()]) {
      this.#take(call);
      call.reject(error(call));
    }
  }

  #maySend(): boolean {
    return this.#credit > 0 && this.#options.ready();
  }

  #send(call: PendingCall): void {
    this.#lastId = (this.#lastId % 0xffff_fffe) + 1;
    try {
      call.send(this.#lastId);
    } catch (error) {
      call.reject(RpcError.from(error, "internal", { outcome: "not-executed" }));
      return;
    }
    this.#credit -= 1;
    call.resolve(undefined);
  }

  #take(call: PendingCall): void {
    this.#queue.get(call)?.clear();
    this.#queue.delete(call);
  }
}
