import type { RpcError } from "../errors.js";
import type { ErrorBody } from "../wire/frame.js";
import type { RunningCall } from "./running-calls.js";

/** How a call ended. */
export type Answer = { readonly value: unknown } | { readonly error: ErrorBody };

/** One caller of a once method, from one session. */
export interface Joining {
  /** The caller's own call: it counts in its session and is cancelled there. */
  readonly call: RunningCall;
  answer(answer: Answer): void;
}

/**
 * One execution of a once method, and all who wait for it.
 *
 * Whoever cancels leaves; the handler's signal aborts when the last one has left, who then waits for its end like the
 * caller of any method.
 */
export class JoinedCall {
  /** Digest of the arguments. */
  readonly args: string;
  /** What the handler sees. */
  readonly shared: RunningCall;
  readonly #members = new Set<Joining>();
  #abandoned = false;

  constructor(args: string, shared: RunningCall) {
    this.args = args;
    this.shared = shared;
  }

  /** Whether everybody has left. */
  get abandoned(): boolean {
    return this.#abandoned;
  }

  add(member: Joining): void {
    this.#members.add(member);
    this.shared.extend(member.call.deadline);
    member.call.left = (reason) => this.#leave(member, reason);
  }

  /** It is over: everybody gets the same answer. */
  settle(answer: Answer): void {
    for (const member of this.#members) {
      member.call.left = undefined;
      member.answer(answer);
    }
    this.#members.clear();
  }

  #leave(member: Joining, reason: RpcError): void {
    if (this.#members.size === 1) {
      this.#abandoned = true;
      this.shared.abort(reason);
      return;
    }
    this.#members.delete(member);
    member.answer({ error: { code: reason.code, message: reason.message, outcome: "unknown" } });
  }
}
