import type { Call } from "../call.js";
import type { Clock } from "../clock.js";
import type { DeclaredErrorClass } from "../declared-error.js";
import { RpcError } from "../errors.js";
import type { ServiceDescription } from "../service-caller.js";
import type { Session } from "../session/session.js";
import type { CallParts, PartsOfSession } from "./call-parts.js";
import type { PendingCall } from "./pending-calls.js";
import type { ServiceRefs } from "./service-refs.js";

/** Where calls go at the moment. */
export interface CallSender extends PartsOfSession {
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
  readonly #parts: CallParts | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: RpcError) => void;

  constructor(
    service: ServiceDescription,
    call: Call,
    deadline: number,
    sender: () => CallSender,
    settle: { resolve(value: unknown): void; reject(error: RpcError): void },
    parts?: CallParts,
  ) {
    this.name = `${call.service}.${call.method}`;
    this.deadline = deadline;
    this.#call = call;
    this.#service = service;
    this.#sender = sender;
    this.#parts = parts;
    this.resolve = parts === undefined ? settle.resolve : closing(parts, settle.resolve);
    this.reject = parts === undefined ? settle.reject : closing(parts, settle.reject);
  }

  get details(): unknown {
    return this.#parts?.details;
  }

  get errors(): Readonly<Record<string, DeclaredErrorClass>> | undefined {
    return this.#service.errors;
  }

  send(id: number): void {
    const sender = this.#sender();
    const { clock, session, refs } = sender;
    const { method, args, metadata } = this.#call;
    const target = refs.target(this.#service, method);
    const timeLeftMs = this.deadline - clock.now();
    const extra = Object.keys(metadata).length === 0 ? undefined : metadata;
    if (extra !== undefined) this.#checkMetadata(session.peerLimits.maxMetadataBytes);
    const opened = this.#parts?.open(id, sender);
    try {
      session.send({
        type: "call",
        id,
        target,
        timeLeftMs,
        metadata: extra,
        extras: opened?.extras,
        args: opened?.args ?? args,
      });
      opened?.sent();
    } catch (error) {
      opened?.failed();
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

function closing<Value>(parts: CallParts, settle: (value: Value) => void): (value: Value) => void {
  return (value) => {
    parts.close();
    settle(value);
  };
}
