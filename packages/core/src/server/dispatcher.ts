import type { CallContext } from "../call.js";
import type { Clock } from "../clock.js";
import { type ErrorCode, RpcError } from "../errors.js";
import { describeFailure, type FailureReport } from "../failure.js";
import { type Interceptor, intercept } from "../interceptor.js";
import type { Limits } from "../limits.js";
import type { RegisteredMethod, RegisteredService, Registry } from "../service/registry.js";
import type { Session } from "../session/session.js";
import { type CallFrame, type CallTarget, type ErrorBody, maxServiceRefs, type UseFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { type Caller, RunningCall, RunningCalls, runMethod } from "./running-calls.js";

export interface DispatcherOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly interceptors: readonly Interceptor<CallContext>[];
  readonly failures: FailureReport;
  readonly caller: Caller;
  /** Whether the server takes no new calls, and after how many milliseconds trying elsewhere makes sense. */
  draining(): { readonly retryAfterMs: number } | undefined;
  /** Lets events that a method published leave before its reply. */
  beforeReply(): void;
}

/**
 * The serving end of one session: call frames → methods → replies.
 *
 * Every call that comes in is answered once, also when its caller has given up: the caller counts its running calls by
 * the answers.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #session: Session;
  readonly #running: RunningCalls;
  readonly #refs: RegisteredService[] = [];
  /** Settled calls whose answer waits for room in the send buffer. Their slots stay taken, so this is bounded. */
  #waiting: (() => void)[] = [];

  constructor(session: Session, options: DispatcherOptions) {
    this.#session = session;
    this.#options = options;
    this.#running = new RunningCalls(options.clock);
  }

  get running(): number {
    return this.#running.size;
  }

  /** A session's first use of a service. Equal hashes let numbers stand for names from now on. */
  use({ ref, service, hash }: UseFrame): void {
    const found = this.#options.registry.get(service);
    const equal = found?.hash !== undefined && found.hash === hash;
    if (ref !== this.#refs.length || ref >= maxServiceRefs) throw new ProtocolError(`use of the number ${ref} out of turn`);
    this.#refs.push(equal ? found : unusable);
    this.#session.send({ type: "used", ref, equal });
  }

  call(frame: CallFrame, sentAt: number): void {
    const { id } = frame;
    if (this.#running.has(id)) throw new ProtocolError(`call id ${id} is running already`);
    const method = this.#find(frame.target);
    const { clock, limits, caller } = this.#options;
    const deadline = sentAt + frame.timeLeftMs;
    const refusal = method === undefined ? refuse("unimplemented", `no method ${nameOf(frame.target)}`) : this.#refuse(method, frame, deadline);
    if (refusal !== undefined) {
      // A peer that keeps to the limits it was told has room for the answers to all its calls.
      if (!this.#session.hasRoom) throw new ProtocolError(`calls beyond maxRunningCalls (${limits.maxRunningCalls}), answers unread`);
      this.#session.send({ type: "error", id, ...refusal });
      return;
    }
    this.#run(method!, new RunningCall(id, method!, frame.args, deadline, frame.metadata ?? noMetadata, clock, caller));
  }

  cancel(id: number): void {
    this.#running.cancel(id);
  }

  /** There may be room in the send buffer again. */
  room(): void {
    while (this.#waiting.length > 0 && this.#session.hasRoom) this.#waiting.shift()!();
  }

  /** The session is over: what runs still settles, and nobody hears it. */
  ended(reason: RpcError): void {
    this.#waiting = [];
    this.#running.abortAll(reason);
  }

  #find(target: CallTarget): RegisteredMethod | undefined {
    if ("ref" in target) {
      const method = this.#refs[target.ref]?.byNumber[target.member];
      if (method === undefined) throw new ProtocolError(`call of number ${target.ref}.${target.member}, which was not agreed on`);
      return method.kind === "method" ? method : undefined;
    }
    const member = this.#options.registry.get(target.service)?.members.get(target.method);
    return member?.kind === "method" ? member : undefined;
  }

  #refuse(method: RegisteredMethod, frame: CallFrame, deadline: number): ErrorBody | undefined {
    const { clock, limits } = this.#options;
    const name = `${method.service}.${method.name}`;
    const draining = this.#options.draining();
    if (draining !== undefined) return { ...refuse("unavailable", `${name}: the server takes no new calls`), ...draining };
    if (this.#running.size >= limits.maxRunningCalls) {
      return refuse("resource_exhausted", `${name}: ${limits.maxRunningCalls} calls run already (maxRunningCalls)`);
    }
    if (deadline <= clock.now()) return refuse("deadline_exceeded", `${name}: its deadline passed before it could run`);
    if (frame.metadata !== undefined && JSON.stringify(frame.metadata).length > limits.maxMetadataBytes) {
      return refuse("resource_exhausted", `${name}: metadata exceeds maxMetadataBytes (${limits.maxMetadataBytes})`);
    }
    return undefined;
  }

  #run(method: RegisteredMethod, call: RunningCall): void {
    this.#running.add(call);
    let result: unknown;
    try {
      const { interceptors } = this.#options;
      result =
        interceptors.length === 0
          ? runMethod(method, call, call.args)
          : intercept(interceptors, async (seen) => runMethod(method, call, seen.args))(call);
    } catch (error) {
      return this.#failed(method, call, error);
    }
    // A method that answers at once is answered at once: an await here costs more than the call.
    if (!isThenable(result)) return this.#finished(method, call, result);
    result.then(
      (value) => this.#finished(method, call, value),
      (error: unknown) => this.#failed(method, call, error),
    );
  }

  #finished(method: RegisteredMethod, call: RunningCall, value: unknown): void {
    this.#answer(call, () => {
      try {
        this.#session.send({ type: "reply", id: call.callId, value });
      } catch (error) {
        this.#sendError(call, this.#describeUnsendable(method, error));
      }
    });
  }

  #failed(method: RegisteredMethod, call: RunningCall, error: unknown): void {
    const body = describeFailure(`${method.service}.${method.name}`, error, method.throws, this.#options.failures);
    this.#answer(call, () => this.#sendError(call, body));
  }

  #answer(call: RunningCall, send: () => void): void {
    const answer = () => {
      this.#running.delete(call.callId);
      send();
    };
    this.#options.beforeReply();
    if (this.#session.hasRoom) answer();
    else if (this.#session.open) this.#waiting.push(answer);
    else this.#running.delete(call.callId);
  }

  #sendError(call: RunningCall, body: ErrorBody): void {
    try {
      this.#session.send({ type: "error", id: call.callId, ...body });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#options.failures.logger.error(`${call.service}.${call.method}: its error cannot travel: ${why}`);
      this.#session.send({ type: "error", id: call.callId, code: body.code, message: "its details cannot travel", outcome: body.outcome });
    }
  }

  #describeUnsendable(method: RegisteredMethod, reason: unknown): ErrorBody {
    const name = `${method.service}.${method.name}`;
    const { code, message } = RpcError.from(reason, "internal");
    this.#options.failures.logger.error(`the result of ${name} cannot be sent: ${message}`);
    if (code === "resource_exhausted") {
      return { code, message: `${name} ran, but its reply is too large: ${message}; raise it at the client, or answer in parts`, outcome: "executed" };
    }
    return { code: "internal", message: `${name} ran, but its result cannot travel: ${message}`, outcome: "executed" };
  }
}

const noMetadata = Object.freeze({});

// Stands for a service whose hash differs: nothing of it can be called by number.
const unusable: RegisteredService = { name: "", hash: undefined, members: new Map(), byNumber: [] };

function nameOf(target: CallTarget): string {
  return "method" in target ? `${target.service}.${target.method}` : `number ${target.member}`;
}

function refuse(code: ErrorCode, message: string): ErrorBody {
  return { code, message, outcome: "not-executed" };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as PromiseLike<unknown>).then === "function";
}
