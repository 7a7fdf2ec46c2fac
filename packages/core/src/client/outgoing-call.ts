import type { Call } from "../call.js";
import type { Clock } from "../clock.js";
import type { DeclaredErrorClass } from "../declared-error.js";
import { RpcError } from "../errors.js";
import type { ServiceDescription } from "../service-caller.js";
import type { Session } from "../session/session.js";
import type { PendingCall } from "./pending-calls.js";
import type { ServiceRefs } from "./service-refs.js";

/** Where calls go at the moment. */
export interface CallSender {
  readonly clock: Clock;
  readonly session: Session;
  readonly refs: ServiceRefs;
}

const utf8 = new TextEncoder();

/** One call as it leaves: it knows how to write its frame, and who waits for the answer. */
export class OutgoingCall implements PendingCall {
  readonly name: string;
  readonly deadline: number;
  readonly #call: Call;
  readonly #service: ServiceDescription;
  readonly #sender: () => CallSender;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: RpcError) => void;

  constructor(
    service: ServiceDescription,
    call: Call,
    deadline: number,
    sender: () => CallSender,
    settle: { resolve(value: unknown): void; reject(error: RpcError): void },
  ) {
    this.name = `${call.service}.${call.method}`;
    this.deadline = deadline;
    this.#call = call;
    this.#service = service;
    this.#sender = sender;
    this.resolve = settle.resolve;
    this.reject = settle.reject;
  }

  get errors(): Readonly<Record<string, DeclaredErrorClass>> | undefined {
    return this.#service.errors;
  }

  send(id: number): void {
    const { clock, session, refs } = this.#sender();
    const { method, args, metadata } = this.#call;
    const target = refs.target(this.#service, method);
    const timeLeftMs = this.deadline - clock.now();
    const extra = Object.keys(metadata).length === 0 ? undefined : metadata;
    if (extra !== undefined) this.#checkMetadata(session.peerLimits.maxMetadataBytes);
    try {
      session.send({ type: "call", id, target, timeLeftMs, metadata: extra, args });
    } catch (error) {
      const { code, message } = RpcError.from(error, "internal");
      throw new RpcError(code, `${this.name}: arguments ${message}`, {
        outcome: "not-executed",
        cause: error,
      });
    }
  }

  #checkMetadata(limit: number): void {
    const bytes = utf8.encode(JSON.stringify(this.#call.metadata)).length;
    if (bytes <= limit) return;
    throw new RpcError(
      "resource_exhausted",
      `${this.name}: metadata of ${bytes} bytes exceeds the server's maxMetadataBytes of ${limit}`,
      {
        outcome: "not-executed",
      },
    );
  }
}
