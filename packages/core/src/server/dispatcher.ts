import type { AmbientContext } from "../ambient-context.js";
import type { CallContext } from "../call.js";
import type { Clock } from "../clock.js";
import { type ErrorCode, RpcError } from "../errors.js";
import { type Interceptor, intercept } from "../interceptor.js";
import type { Limits } from "../limits.js";
import { shorten } from "../service/names.js";
import { refuseKey } from "../service/once.js";
import type { RegisteredMethod, RegisteredService, Registry } from "../service/registry.js";
import type { Session } from "../session/session.js";
import {
  type CallFrame,
  type CallTarget,
  type ErrorBody,
  maxServiceRefs,
  type OutcomeQueryFrame,
  type UseFrame,
} from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { describeFailure, type FailureReport } from "./failure.js";
import type { Answer } from "./joined-call.js";
import type { OnceCalls, OutcomeState } from "./once-calls.js";
import { type Caller, RunningCall, RunningCalls, type RunningCount, runMethod } from "./running-calls.js";
import type { SerialQueues } from "./serial-queues.js";

export interface DispatcherOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly interceptors: readonly Interceptor<CallContext>[];
  readonly failures: FailureReport;
  readonly caller: Caller;
  /** Calls of all sessions of the server. */
  readonly runningInAll: RunningCount;
  readonly once: OnceCalls;
  readonly serial: SerialQueues;
  readonly ambientContext: AmbientContext | undefined;
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
  /** Answers that wait for room in the send buffer: no more than the calls that may run at once. */
  #waiting: (() => void)[] = [];

  constructor(session: Session, options: DispatcherOptions) {
    this.#session = session;
    this.#options = options;
    this.#running = new RunningCalls(options.clock, options.runningInAll);
  }

  get running(): number {
    return this.#running.size;
  }

  /** A session's first use of a service. Equal hashes let numbers stand for names from now on. */
  use({ ref, service, hash }: UseFrame, wanted: boolean): void {
    const found = this.#options.registry.get(service);
    const equal = found?.hash !== undefined && found.hash === hash;
    if (ref !== this.#refs.length || ref >= maxServiceRefs)
      throw new ProtocolError(`use of the number ${ref} out of turn`);
    this.#refs.push(equal ? found : unusable);
    this.#session.send({ type: "used", ref, equal, wanted: wanted ? true : undefined });
  }

  call(frame: CallFrame, sentAt: number): void {
    const { id } = frame;
    if (this.#running.has(id)) throw new ProtocolError(`call id ${id} is running already`);
    const method = this.#find(frame.target);
    const { clock, caller } = this.#options;
    const deadline = sentAt + frame.timeLeftMs;
    const refusal =
      method === undefined
        ? refuse("unimplemented", `no method ${nameOf(frame.target)}`)
        : this.#refuse(method, frame, deadline);
    if (refusal !== undefined) return this.refuse(id, refusal);
    const call = new RunningCall(
      id,
      method!,
      frame.args,
      deadline,
      frame.metadata ?? noMetadata,
      clock,
      caller,
    );
    if (method!.options.once !== undefined) return this.#runOnce(method!, frame, call);
    this.#run(method!, call);
  }

  /** What became of a once call; its answer counts like a call's. */
  queryOutcome({ id, service, method: name, key }: OutcomeQueryFrame): void {
    if (this.#running.has(id)) throw new ProtocolError(`call id ${id} is running already`);
    const method = this.#find({ service, method: name });
    const { caller, clock, once } = this.#options;
    let refusal: ErrorBody | undefined;
    if (method === undefined) refusal = refuse("unimplemented", `no method ${service}.${name}`);
    else if (method.options.once === undefined)
      refusal = refuse("invalid_argument", `${service}.${name} is no once method: it remembers no keys`);
    else {
      const full = this.#refuseMore();
      if (full !== undefined) refusal = refuse("resource_exhausted", full);
    }
    if (refusal !== undefined) return this.refuse(id, refusal);
    const call = new RunningCall(id, method!, [], Infinity, noMetadata, clock, caller);
    this.#running.add(call);
    const failed = (error: unknown) => this.#failed(method!, call, error);
    const found = (state: OutcomeState) => {
      this.#answer(call, () => {
        try {
          this.#session.send({ type: "outcome", id, ...state });
        } catch (error) {
          this.#sendError(call, this.#describeUnsendable(method!, error));
        }
      });
    };
    try {
      const state = once.query(caller.identity, method!, key);
      if (isThenable(state)) state.then(found, failed);
      else found(state);
    } catch (error) {
      failed(error);
    }
  }

  /** Answers a call that is not run. */
  refuse(id: number, refusal: ErrorBody): void {
    const answer = () => {
      this.#session.send({ type: "error", id, ...refusal });
    };
    if (this.#session.hasRoom) return answer();
    // A peer that keeps to the limit it was told never has more answers waiting than that.
    const { maxRunningCalls } = this.#options.limits;
    if (this.#waiting.length >= maxRunningCalls) {
      throw new ProtocolError(`calls beyond maxRunningCalls (${maxRunningCalls}), answers unread`);
    }
    this.#waiting.push(answer);
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
    // Their methods have settled: they only leave, for there is nobody to send to.
    const settled = this.#waiting;
    this.#waiting = [];
    for (const answer of settled) answer();
    this.#running.abortAll(reason);
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
    const full = this.#refuseMore();
    if (full !== undefined) return refuse("resource_exhausted", `${name}: ${full}`);
    const wrongKey = refuseKeyOf(method, frame.key);
    if (wrongKey !== undefined) return refuse("invalid_argument", `${name}: ${wrongKey}`);
    if (deadline <= clock.now())
      return refuse("deadline_exceeded", `${name}: its deadline passed before it could run`);
    if (frame.metadata !== undefined && JSON.stringify(frame.metadata).length > limits.maxMetadataBytes) {
      return refuse(
        "resource_exhausted",
        `${name}: metadata exceeds maxMetadataBytes (${limits.maxMetadataBytes})`,
      );
    }
    const problem = method.refuseArguments?.(frame.args);
    if (problem !== undefined) return refuse("invalid_argument", `${name}: ${problem}`);
    return undefined;
  }

  #refuseMore(): string | undefined {
    const { limits, runningInAll } = this.#options;
    if (this.#running.size >= limits.maxRunningCalls)
      return `${limits.maxRunningCalls} calls run already (maxRunningCalls)`;
    if (runningInAll.value >= limits.maxRunningCallsInAll)
      return `${limits.maxRunningCallsInAll} calls of all clients run already (maxRunningCallsInAll)`;
    return undefined;
  }

  /** A joined execution of a once method: its caller in this session waits for it like for a call of its own. */
  #runOnce(method: RegisteredMethod, { key, argsBytes, metadata }: CallFrame, call: RunningCall): void {
    const { clock, caller, once } = this.#options;
    this.#running.add(call);
    once.enter({
      method,
      key: key!,
      argsBytes: argsBytes!,
      call,
      share: () =>
        new RunningCall(call.callId, method, call.args, call.deadline, metadata ?? noMetadata, clock, caller),
      run: (shared) => this.#settle(method, shared),
      answer: (answer) => {
        if ("value" in answer) this.#finished(method, call, answer.value);
        else this.#answer(call, () => this.#sendError(call, answer.error));
      },
    });
  }

  #settle(method: RegisteredMethod, call: RunningCall): Answer | Promise<Answer> {
    const failed = (error: unknown) => ({ error: this.#describe(method, call, error) });
    try {
      const result = this.#invoke(method, call);
      if (!isThenable(result)) return { value: result };
      return Promise.resolve(result).then((value) => ({ value }), failed);
    } catch (error) {
      return failed(error);
    }
  }

  #invoke(method: RegisteredMethod, call: RunningCall): unknown {
    const { serial, ambientContext } = this.#options;
    if (method.options.serial === undefined && ambientContext === undefined) return this.#reach(method, call);
    const reach = () =>
      ambientContext === undefined
        ? this.#reach(method, call)
        : ambientContext.run(call, () => this.#reach(method, call));
    return method.options.serial === undefined ? reach() : serial.run(method, call, reach);
  }

  #reach(method: RegisteredMethod, call: RunningCall): unknown {
    const { interceptors } = this.#options;
    if (interceptors.length === 0) return runMethod(method, call, call.args);
    return intercept(interceptors, async (seen) => runMethod(method, call, seen.args))(call);
  }

  #describe(method: RegisteredMethod, call: RunningCall, error: unknown): ErrorBody {
    const outcome = call.started ? "executed" : "not-executed";
    return describeFailure(
      `${method.service}.${method.name}`,
      error,
      method.throws,
      this.#options.failures,
      outcome,
    );
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
    const problem = method.boundary?.refuseValue(value);
    this.#answer(call, () => {
      try {
        if (problem !== undefined)
          throw new RpcError("internal", `it is not what the contract says: ${problem}`);
        this.#sendReply(method, call, value);
      } catch (error) {
        this.#sendError(call, this.#describeUnsendable(method, error));
      }
    });
  }

  // Instances of classes are refused where values are written, so that plain data costs no look at its types here.
  #sendReply({ boundary }: RegisteredMethod, call: RunningCall, value: unknown): void {
    try {
      this.#session.send({ type: "reply", id: call.callId, value });
    } catch (error) {
      if (boundary === undefined || !RpcError.is(error, "invalid_argument")) throw error;
      this.#session.send({ type: "reply", id: call.callId, value: boundary.project(value) });
    }
  }

  #failed(method: RegisteredMethod, call: RunningCall, error: unknown): void {
    const body = this.#describe(method, call, error);
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

/** Tells what is wrong with a call's key; a key that nobody would remember is as wrong as one that is missing. */
function refuseKeyOf({ options }: RegisteredMethod, key: string | undefined): string | undefined {
  if (options.once !== undefined) {
    return key === undefined
      ? "it is a once method: pass $with({ key }), made once for what is to be done"
      : refuseKey(key);
  }
  return key === undefined
    ? undefined
    : "it is no once method, so the key would protect nothing: leave it out, or expose the method with once";
}

function nameOf(target: CallTarget): string {
  return "method" in target ? shorten(`${target.service}.${target.method}`) : `number ${target.member}`;
}

function refuse(code: ErrorCode, message: string): ErrorBody {
  return { code, message, outcome: "not-executed" };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as PromiseLike<unknown>).then === "function"
  );
}
