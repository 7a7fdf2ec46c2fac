import type { Call, CallOptions } from "../call.js";
import type { Clock } from "../clock.js";
import type { DeclaredErrorClass } from "../declared-error.js";
import { RpcError } from "../errors.js";
import type { ServiceDescription } from "../service-caller.js";
import type { PendingCall } from "./pending-calls.js";
import type { SentCalls } from "./sent-calls.js";

const utf8 = new TextEncoder();

/** One call as it leaves: it knows how to write its frame, and who waits for the answer. */
export class OutgoingCall implements PendingCall {
  readonly name: string;
  readonly deadline: number;
  attempts = 0;
  doubtful = false;
  readonly #call: Call;
  readonly #service: ServiceDescription;
  readonly #clock: Clock;
  readonly #options: CallOptions;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: RpcError) => void;

  constructor(
    service: ServiceDescription,
    call: Call,
    deadline: number,
    clock: Clock,
    options: CallOptions,
    settle: { resolve(value: unknown): void; reject(error: RpcError): void },
  ) {
    this.name = `${call.service}.${call.method}`;
    this.deadline = deadline;
    this.#call = call;
    this.#service = service;
    this.#clock = clock;
    this.#options = options;
    this.resolve = settle.resolve;
    this.reject = settle.reject;
  }

  get errors(): Readonly<Record<string, DeclaredErrorClass>> | undefined {
    return this.#service.errors;
  }

  // Asked only when it failed.
  get idempotent(): boolean {
    return this.#options.idempotent ?? this.#service.idempotent?.includes(this.#call.method) === true;
  }

  send(id: number, { session, refs }: SentCalls): number {
    const { method, args, metadata } = this.#call;
    const target = refs.target(this.#service, method);
    const timeLeftMs = this.deadline - this.#clock.now();
    const extra = Object.keys(metadata).length === 0 ? undefined : metadata;
    if (extra !== undefined) this.#checkMetadata(session.peerLimits.maxMetadataBytes);
    try {
      return session.send({
        type: "call",
        id,
        target,
        timeLeftMs,
        metadata: extra,
        key: this.#options.key,
        args,
      });
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
