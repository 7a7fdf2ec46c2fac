import { type Call, type CallOptions, noMetadata } from "../call.js";
import type { DeclaredErrorClass } from "../declared-error.js";
import { RpcError } from "../errors.js";
import type { ServiceDescription } from "../service-caller.js";
import type { CallExtent } from "./call-parts.js";
import type { PendingCall } from "./pending-calls.js";
import type { SentCalls } from "./sent-calls.js";

const utf8 = new TextEncoder();

/** One call as it leaves: it knows how to write its frame, and who waits for the answer. */
export class OutgoingCall implements PendingCall {
  readonly deadline: number;
  attempts = 0;
  doubtful = false;
  readonly #call: Call;
  readonly #service: ServiceDescription;
  readonly #options: CallOptions;
  readonly #parts: CallExtent | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: RpcError) => void;

  constructor(
    service: ServiceDescription,
    call: Call,
    deadline: number,
    options: CallOptions,
    resolve: (value: unknown) => void,
    reject: (error: RpcError) => void,
    parts?: CallExtent,
  ) {
    this.deadline = deadline;
    this.#call = call;
    this.#service = service;
    this.#options = options;
    this.#parts = parts;
    this.resolve = parts === undefined ? resolve : closing(parts, resolve);
    this.reject = parts === undefined ? reject : closing(parts, reject);
  }

  get name(): string {
    return `${this.#call.service}.${this.#call.method}`;
  }

  get errors(): Readonly<Record<string, DeclaredErrorClass>> | undefined {
    return this.#service.errors;
  }

  // Asked only when it failed. A function or a stream that was passed may have been used by a run that nobody heard of.
  get idempotent(): boolean {
    if (this.#parts?.passing === true) return false;
    return this.#options.idempotent ?? this.#service.idempotent?.includes(this.#call.method) === true;
  }

  get details(): unknown {
    return this.#parts?.details;
  }

  get spent(): boolean {
    return this.#parts?.spent === true;
  }

  send(id: number, to: SentCalls): number {
    const { session, refs } = to;
    const { method, args, metadata } = this.#call;
    const target = refs.target(this.#service, method);
    const timeLeftMs = this.deadline - session.packetTime;
    const extra = metadata === noMetadata || Object.keys(metadata).length === 0 ? undefined : metadata;
    if (extra !== undefined) this.#checkMetadata(session.peerLimits.maxMetadataBytes);
    const opened = this.#parts?.open(id, to);
    try {
      const packet = session.send({
        type: "call",
        id,
        target,
        timeLeftMs,
        metadata: extra,
        key: this.#options.key,
        extras: opened?.extras,
        args: opened?.args ?? args,
      });
      opened?.sent();
      return packet;
    } catch (error) {
      opened?.failed();
      const { code, message } = RpcError.from(error, "internal");
      throw new RpcError(code, `${this.name}: arguments ${message}`, {
        outcome: "not-executed",
        cause: error,
      });
    }
  }

  withdraw(): void {
    this.#parts?.close();
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

function closing<Value>(parts: CallExtent, settle: (value: Value) => void): (value: Value) => void {
  return (value) => {
    parts.close();
    settle(value);
  };
}
