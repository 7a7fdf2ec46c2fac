import type { CallContext } from "../call.js";
import type { RemoteCallbacks } from "../callback/remote-callbacks.js";
import type { Clock } from "../clock.js";
import { type ErrorCode, RpcError } from "../errors.js";
import { describeFailure, type FailureReport } from "../failure.js";
import { type Interceptor, intercept } from "../interceptor.js";
import type { Limits } from "../limits.js";
import { shorten } from "../service/names.js";
import type { RegisteredMethod, RegisteredService, Registry } from "../service/registry.js";
import type { Session } from "../session/session.js";
import { isAsyncIterable } from "../stream/is-async-iterable.js";
import {
  type CallFrame,
  type CallTarget,
  type ErrorBody,
  maxServiceRefs,
  type UseFrame,
} from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { OnewayCredit } from "./oneway-credit.js";
import { type Caller, RunningCall, RunningCalls, runMethod } from "./running-calls.js";
import { RunningStreams } from "./running-streams.js";

export interface DispatcherOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly interceptors: readonly Interceptor<CallContext>[];
  readonly failures: FailureReport;
  readonly caller: Caller;
  readonly callbacks: RemoteCallbacks;
  /** Whether the server takes no new calls, and after how many milliseconds trying elsewhere makes sense. */
  draining(): { readonly retryAfterMs: number } | undefined;
  /** Lets events that a method published leave before its reply. */
  beforeReply(): void;
}

/**
 * The serving end of one session: call frames → methods → replies.
 *
 * Every call that comes in is answered once, also when its caller has given up: the caller counts its running calls by
 * the answers. One-way calls are not answered and count apart.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #session: Session;
  readonly #running: RunningCalls;
  readonly #oneways: RunningCalls;
  readonly #onewayCredit: OnewayCredit;
  /** Streams and callbacks of what runs. */
  readonly streams: RunningStreams;
  readonly #refs: RegisteredService[] = [];
  /** Answers that wait for room in the send buffer: no more than the calls that may run at once. */
  #waiting: (() => void)[] = [];
  /** Refusals of one-way calls that wait for room: bounded by the credit that each holds back. */
  #untold: (() => void)[] = [];

  constructor(session: Session, options: DispatcherOptions) {
    this.#session = session;
    this.#options = options;
    this.#running = new RunningCalls(options.clock);
    this.#oneways = new RunningCalls(options.clock);
    this.#onewayCredit = new OnewayCredit(session, options.limits.maxRunningCalls);
    const { clock, limits, callbacks } = options;
    this.streams = new RunningStreams({
      session,
      clock,
      limits,
      callbacks,
      isRunning: (id) => this.#running.has(id),
    });
  }

  /** Calls that run, one-way ones and streams too. */
  get running(): number {
    return this.#running.size + this.#oneways.size;
  }

  /** A session's first use of a service. Equal hashes let numbers stand for names from now on. */
  use({ ref, service, hash }: UseFrame): void {
    const found = this.#options.registry.get(service);
    const equal = found?.hash !== undefined && found.hash === hash;
    if (ref !== this.#refs.length || ref >= maxServiceRefs)
      throw new ProtocolError(`use of the number ${ref} out of turn`);
    this.#refs.push(equal ? found : unusable);
    this.#session.send({ type: "used", ref, equal });
  }

  call(frame: CallFrame, sentAt: number): void {
    const { id, extras } = frame;
    if (extras?.oneway === true) return this.#oneway(frame, sentAt);
    if (this.#running.has(id)) throw new ProtocolError(`call id ${id} is running already`);
    const method = this.#find(frame.target);
    const { clock, limits, caller } = this.#options;
    const deadline = sentAt + frame.timeLeftMs;
    const refusal =
      method === undefined
        ? refuse("unimplemented", `no method ${nameOf(frame.target)}`)
        : this.#refuse(method, frame, deadline);
    if (refusal !== undefined) {
      if (extras !== undefined) this.streams.refused(extras);
      const answer = () => this.#session.send({ type: "error", id, ...refusal });
      if (this.#session.hasRoom) return answer();
      // A peer that keeps to the limit it was told never has more answers waiting than that.
      if (this.#waiting.length >= limits.maxRunningCalls) {
        throw new ProtocolError(`calls beyond maxRunningCalls (${limits.maxRunningCalls}), answers unread`);
      }
      this.#waiting.push(answer);
      return;
    }
    const args = extras === undefined ? frame.args : this.streams.open(frame, extras, nameOfMethod(method!));
    this.#run(
      method!,
      new RunningCall(id, method!, args, deadline, frame.metadata ?? noMetadata, clock, caller),
    );
  }

  cancel(id: number): void {
    this.#running.cancel(id);
    this.streams.cancel(id);
  }

  /** There may be room in the send buffer again. */
  room(): void {
    while (this.#waiting.length > 0 && this.#session.hasRoom) this.#waiting.shift()!();
    while (this.#untold.length > 0 && this.#session.hasRoom) this.#untold.shift()!();
    this.streams.room();
  }

  /** The session is over: what runs still settles, and nobody hears it. */
  ended(reason: RpcError): void {
    this.#waiting = [];
    this.#untold = [];
    this.#running.abortAll(reason);
    this.#oneways.abortAll(reason);
    this.streams.ended(reason);
  }

  #find(target: CallTarget): RegisteredMethod | undefined {
    if ("ref" in target) {
      const method = this.#refs[target.ref]?.byNumber[target.member];
      if (method === undefined)
        throw new ProtocolError(`call of number ${target.ref}.${target.member}, which was not agreed on`);
      return method.kind === "method" ? method : undefined;
    }
    const member = this.#options.registry.get(target.service)?.members.get(target.method);
    return member?.kind === "method" ? member : undefined;
  }

  #refuse(method: RegisteredMethod, frame: CallFrame, deadline: number): ErrorBody | undefined {
    const { clock, limits } = this.#options;
    const name = `${method.service}.${method.name}`;
    const draining = this.#options.draining();
    if (draining !== undefined)
      return { ...refuse("unavailable", `${name}: the server takes no new calls`), ...draining };
    if (frame.extras?.oneway !== true && this.#running.size >= limits.maxRunningCalls) {
      return refuse(
        "resource_exhausted",
        `${name}: ${limits.maxRunningCalls} calls run already (maxRunningCalls)`,
      );
    }
    if (deadline <= clock.now())
      return refuse("deadline_exceeded", `${name}: its deadline passed before it could run`);
    const unopened = frame.extras === undefined ? undefined : this.streams.refusal(frame.extras);
    if (unopened !== undefined) return refuse("resource_exhausted", `${name}: ${unopened}`);
    if (frame.metadata !== undefined && JSON.stringify(frame.metadata).length > limits.maxMetadataBytes) {
      return refuse(
        "resource_exhausted",
        `${name}: metadata exceeds maxMetadataBytes (${limits.maxMetadataBytes})`,
      );
    }
    return undefined;
  }

  // Nobody waits: a refusal is told for the client's log, a failure goes to this side's.
  #oneway(frame: CallFrame, sentAt: number): void {
    this.#onewayCredit.spend();
    const method = this.#find(frame.target);
    const { clock, caller } = this.#options;
    const deadline = sentAt + frame.timeLeftMs;
    const refusal =
      method === undefined
        ? refuse("unimplemented", `no method ${nameOf(frame.target)}`)
        : this.#refuseOneway(method, frame, deadline);
    if (refusal !== undefined) {
      this.streams.refused(frame.extras!);
      const tell = () => {
        this.#session.send({ type: "error", id: 0, ...refusal });
        this.#onewayCredit.finish();
      };
      if (this.#session.hasRoom) return tell();
      this.#untold.push(tell);
      return;
    }
    if (this.#oneways.has(frame.id))
      throw new ProtocolError(`one-way call id ${frame.id} is running already`);
    const args = this.streams.open(frame, frame.extras!, nameOfMethod(method!));
    const call = new RunningCall(
      frame.id,
      method!,
      args,
      deadline,
      frame.metadata ?? noMetadata,
      clock,
      caller,
    );
    this.#oneways.add(call);
    void this.#runOneway(method!, call);
  }

  #refuseOneway(method: RegisteredMethod, frame: CallFrame, deadline: number): ErrorBody | undefined {
    if (method.options.oneway === true) return this.#refuse(method, frame, deadline);
    const name = nameOfMethod(method);
    return refuse(
      "failed_precondition",
      `${name} answers, so it cannot be called one-way; call it, or expose it with { oneway: true }`,
    );
  }

  // Never rejects.
  async #runOneway(method: RegisteredMethod, call: RunningCall): Promise<void> {
    try {
      await this.#invoke(method, call);
    } catch (error) {
      const { logger } = this.#options.failures;
      const { code, message } = describeFailure(
        nameOfMethod(method),
        error,
        method.throws,
        this.#options.failures,
      );
      // What is internal was logged with its id already.
      if (code !== "internal")
        logger.warn(`one-way call ${nameOfMethod(method)} failed: ${code}: ${message}`);
    }
    this.#oneways.delete(call.callId);
    this.#onewayCredit.finish();
  }

  #invoke(method: RegisteredMethod, call: RunningCall): unknown {
    const { interceptors } = this.#options;
    if (interceptors.length === 0) return runMethod(method, call, call.args);
    return intercept(interceptors, async (seen) => runMethod(method, call, seen.args))(call);
  }

  #run(method: RegisteredMethod, call: RunningCall): void {
    this.#running.add(call);
    let result: unknown;
    try {
      result = this.#invoke(method, call);
      // A thenable that is no promise may throw, and answer twice; a promise is taken as it is.
      if (isThenable(result)) result = Promise.resolve(result);
    } catch (error) {
      return this.#failed(method, call, error);
    }
    // A method that answers at once is answered at once: an await here costs more than the call.
    if (!(result instanceof Promise)) return this.#finished(method, call, result);
    result.then(
      (value) => this.#finished(method, call, value),
      (error: unknown) => this.#failed(method, call, error),
    );
  }

  #finished(method: RegisteredMethod, call: RunningCall, value: unknown): void {
    const credit = this.streams.credit(call.callId);
    if (isAsyncIterable(value) || credit !== undefined) {
      if (!isAsyncIterable(value) || credit === undefined)
        return this.#failed(method, call, mistaken(method, value));
      if (call.aborted !== undefined) return this.#failed(method, call, call.aborted);
      return this.streams.send(call.callId, value, credit, (failure) => {
        if (failure === undefined) this.#reply(method, call, undefined);
        else this.#failed(method, call, failure.error);
      });
    }
    this.#reply(method, call, value);
  }

  #reply(method: RegisteredMethod, call: RunningCall, value: unknown): void {
    this.#answer(call, () => {
      try {
        this.#session.send({ type: "reply", id: call.callId, value });
      } catch (error) {
        this.#sendError(call, this.#describeUnsendable(method, error));
      }
    });
  }

  #failed(method: RegisteredMethod, call: RunningCall, error: unknown): void {
    const body = describeFailure(
      `${method.service}.${method.name}`,
      error,
      method.throws,
      this.#options.failures,
    );
    this.#answer(call, () => this.#sendError(call, body));
  }

  #answer(call: RunningCall, send: () => void): void {
    const answer = () => {
      this.#leave(call);
      send();
    };
    this.#options.beforeReply();
    if (this.#session.hasRoom) answer();
    else if (this.#session.open) this.#waiting.push(answer);
    else this.#leave(call);
  }

  #leave(call: RunningCall): void {
    this.#running.delete(call.callId);
    this.streams.close(call.callId);
  }

  #sendError(call: RunningCall, body: ErrorBody): void {
    try {
      this.#session.send({ type: "error", id: call.callId, ...body });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#options.failures.logger.error(`${call.service}.${call.method}: its error cannot travel: ${why}`);
      this.#session.send({
        type: "error",
        id: call.callId,
        code: body.code,
        message: "its details cannot travel",
        outcome: body.outcome,
      });
    }
  }

  #describeUnsendable(method: RegisteredMethod, reason: unknown): ErrorBody {
    const name = `${method.service}.${method.name}`;
    const { code, message } = RpcError.from(reason, "internal");
    this.#options.failures.logger.error(`the result of ${name} cannot be sent: ${message}`);
    if (code === "resource_exhausted") {
      return {
        code,
        message: `${name} ran, but its reply is too large: ${message}; raise it at the client, or answer in parts`,
        outcome: "executed",
      };
    }
    return {
      code: "internal",
      message: `${name} ran, but its result cannot travel: ${message}`,
      outcome: "executed",
    };
  }
}

const noMetadata = Object.freeze({});

// Stands for a service whose hash differs: nothing of it can be called by number.
const unusable: RegisteredService = { name: "", hash: undefined, members: new Map(), byNumber: [] };

function nameOf(target: CallTarget): string {
  return "method" in target ? shorten(`${target.service}.${target.method}`) : `number ${target.member}`;
}

function nameOfMethod({ service, name }: RegisteredMethod): string {
  return `${service}.${name}`;
}

/** A method was called as what it is not. Its stream, if it made one, was never opened. */
function mistaken(method: RegisteredMethod, value: unknown): RpcError {
  const name = nameOfMethod(method);
  const why = isAsyncIterable(value)
    ? "answers with a stream, but was called for one reply; use stream()"
    : "answers with one reply, but was called for a stream; use call()";
  return new RpcError("failed_precondition", `${name} ${why}`);
}

function refuse(code: ErrorCode, message: string): ErrorBody {
  return { code, message, outcome: "not-executed" };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as PromiseLike<unknown>).then === "function"
  );
}
