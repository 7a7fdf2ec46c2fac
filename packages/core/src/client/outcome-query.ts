import type { DeclaredErrorClass } from "../declared-error.js";
import type { RpcError } from "../errors.js";
import type { PendingCall } from "./pending-calls.js";
import type { SentCalls } from "./sent-calls.js";

/** Names one intent: a once method and the key that its caller made. */
export interface OutcomeRequest {
  readonly service: string;
  readonly method: string;
  readonly key: string;
}

/** A question about a key on its way. It waits, expires and is sent again like a call. */
export class OutcomeQuery implements PendingCall {
  readonly name: string;
  readonly idempotent = true;
  attempts = 0;
  doubtful = false;
  readonly #request: OutcomeRequest;

  constructor(
    request: OutcomeRequest,
    readonly deadline: number,
    readonly errors: Readonly<Record<string, DeclaredErrorClass>> | undefined,
    readonly resolve: (frame: unknown) => void,
    readonly reject: (error: RpcError) => void,
  ) {
    this.name = `the outcome of ${request.service}.${request.method}`;
    this.#request = request;
  }

  send(id: number, { session }: SentCalls): number {
    return session.send({ type: "outcomeQuery", id, ...this.#request });
  }
}
