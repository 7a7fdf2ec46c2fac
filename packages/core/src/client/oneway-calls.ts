import type { Clock, Timer } from "../clock.js";
import { RpcError } from "../errors.js";
import type { CallExtent } from "./call-parts.js";
import type { OnewayCredit } from "./oneway-credit.js";
import type { PendingCall } from "./pending-calls.js";
import type { SentCalls } from "./sent-calls.js";

/** A session that takes one-way calls. */
export interface OnewayTaker {
  readonly sent: SentCalls;
  readonly onewayCredit: OnewayCredit;
}

export interface OnewayCallsOptions {
  readonly clock: Clock;
  /** Calls that may wait for credit or a session. */
  readonly maxQueuedCalls: number;
  /** The session that takes calls now; undefined while there is none. */
  to(): OnewayTaker | undefined;
  /** What messages end with while there is no link; empty while there is. */
  obstacle(): string;
}

/**
 * One-way calls on their way out. One is settled when the session has it: from then on the session's acknowledgements
 * stand for it, and it is never sent again.
 *
 * They take no slots of calls that are answered; the server allows as many again, and says when some have finished.
 */
export class OnewayCalls {
  /** What such a call with plain arguments has besides: nobody waits for an answer. */
  readonly extent: CallExtent = {
    passing: false,
    spent: false,
    details: undefined,
    open: () => ({ args: undefined, extras: { oneway: true }, sent() {}, failed() {} }),
    close() {},
  };
  readonly #options: OnewayCallsOptions;
  /** Calls that wait, each with the timer of its deadline. */
  readonly #queue = new Map<PendingCall, Timer | undefined>();
  #lastId = 0;

  constructor(options: OnewayCallsOptions) {
    this.#options = options;
  }

  /** Calls that wait. */
  get queued(): number {
    return this.#queue.size;
  }

  /** Sends a call, or queues it. Rejects it at once when the queue is full. */
  add(call: PendingCall): void {
    const { clock, maxQueuedCalls } = this.#options;
    const taker = this.#queue.size === 0 ? this.#taker() : undefined;
    if (taker !== undefined) {
      this.#send(call, taker);
    } else if (this.#queue.size < maxQueuedCalls) {
      const expire = () => {
        const obstacle = this.#options.obstacle();
        this.abandon(call, "deadline_exceeded", `${call.name}: not sent before its deadline${obstacle}`);
      };
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
      const taker = this.#taker();
      if (taker === undefined) return;
      this.#take(call);
      this.#send(call, taker);
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

  #taker(): OnewayTaker | undefined {
    const taker = this.#options.to();
    return taker !== undefined && taker.onewayCredit.left > 0 ? taker : undefined;
  }

  #send(call: PendingCall, { sent, onewayCredit }: OnewayTaker): void {
    this.#lastId = (this.#lastId % 0xffff_fffe) + 1;
    try {
      call.send(this.#lastId, sent);
    } catch (error) {
      call.reject(RpcError.from(error, "internal", { outcome: "not-executed" }));
      return;
    }
    onewayCredit.spend();
    call.resolve(undefined);
  }

  #take(call: PendingCall): void {
    this.#queue.get(call)?.clear();
    this.#queue.delete(call);
  }
}
