import type { DeclaredErrorClass } from "../declared-error.js";
import { RpcError } from "../errors.js";
import type { OutcomeFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
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
    readonly answer: (frame: OutcomeFrame) => void,
    readonly reject: (error: RpcError) => void,
  ) {
    this.name = `the outcome of ${request.service}.${request.method}`;
    this.#request = request;
  }

  /** A reply came in the place of an outcome: its server breaks the protocol. Throws `ProtocolError`. */
  resolve(): never {
    const message = `${this.name} was answered with a reply`;
    this.reject(new RpcError("internal", message));
    throw new ProtocolError(message);
  }

  send(id: number, { session }: SentCalls): number {
    return session.send({ type: "outcomeQuery", id, ...this.#request });
  }
}
