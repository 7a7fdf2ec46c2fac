import { noMetadata } from "../call.js";
import type { RemoteCallbacks } from "../callback/remote-callbacks.js";
import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import { isThenable } from "../is-thenable.js";
import type { Limits } from "../limits.js";
import type { RegisteredMethod, RegisteredService, Registry } from "../service/registry.js";
import type { Session } from "../session/session.js";
import { isAsyncIterable } from "../stream/is-async-iterable.js";
import {
  type CallFrame,
  type CallTarget,
  type ErrorBody,
  maxServiceRefs,
  type OutcomeQueryFrame,
  type UseFrame,
} from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { Answers } from "./answers.js";
import type { Answer } from "./joined-call.js";
import { MethodRunner, type MethodRunnerOptions } from "./method-runner.js";
import type { OnceCalls, OutcomeState } from "./once-calls.js";
import { OnewayCalls } from "./oneway-calls.js";
import { nameOfMethod, nameOfTarget, refuse, refuseKeyOf } from "./refusal.js";
import { reservedService } from "./reserved-service.js";
import type { Rules } from "./rules.js";
import { type ConnectedCaller, RunningCall, RunningCalls, type RunningCount } from "./running-calls.js";
import { RunningStreams } from "./running-streams.js";

export interface DispatcherOptions extends MethodRunnerOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly caller: ConnectedCaller;
  /** Calls of all sessions of the server. */
  readonly runningInAll: RunningCount;
  readonly callbacks: RemoteCallbacks;
  readonly once: OnceCalls;
  readonly rules: Rules;
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
  readonly #runner: MethodRunner;
  readonly #answers: Answers;
  /** Made by the first one-way call: most sessions never get one. */
  #oneways: OnewayCalls | undefined;
  /** Streams and callbacks of what runs. */
  readonly streams: RunningStreams;
  readonly #refs: RegisteredService[] = [];

  constructor(session: Session, options: DispatcherOptions) {
    this.#session = session;
    this.#options = options;
    const { clock, limits, callbacks, runningInAll, beforeReply } = options;
    this.#running = new RunningCalls(clock, runningInAll);
    this.#runner = new MethodRunner(options);
    const isRunning = (id: number) => this.#running.has(id);
    this.streams = new RunningStreams({ session, clock, limits, callbacks, isRunning });
    this.#answers = new Answers(session, {
      limits,
      failures: options.failures,
      beforeReply,
      answered: ({ callId }) => {
        this.#running.delete(callId);
        this.streams.close(callId);
      },
    });
  }

  /** Calls that run, one-way ones and streams too. */
  get running(): number {
    return this.#running.size + (this.#oneways?.size ?? 0);
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
    const { id, extras } = frame;
    if (extras?.oneway === true) {
      this.#oneways ??= this.#createOneways();
      return this.#oneways.call(frame, this.#find(frame.target), sentAt);
    }
    if (this.#running.has(id)) throw new ProtocolError(`call id ${id} is running already`);
    const method = this.#find(frame.target);
    const deadline = sentAt + frame.timeLeftMs;
    const refusal =
      method === undefined
        ? refuse("unimplemented", `no method ${nameOfTarget(frame.target)}`)
        : this.#refuse(method, frame, deadline);
    if (refusal !== undefined) return this.refuse(frame, refusal);
    if (extras === undefined && this.#runner.isBare(method!)) return this.#runBare(method!, frame, deadline);
    const args = extras === undefined ? frame.args : this.streams.open(frame, extras, method!);
    const call = this.#createCall(method!, { id, args, metadata: frame.metadata }, deadline);
    if (method!.options.once !== undefined) return this.#runOnce(method!, frame, call);
    this.#run(method!, call);
  }

  /** What became of a once call; its answer counts like a call's. */
  queryOutcome({ id, service, method: name, key }: OutcomeQueryFrame): void {
    if (this.#running.has(id)) throw new ProtocolError(`call id ${id} is running already`);
    const method = this.#find({ service, method: name });
    const { caller, once } = this.#options;
    let refusal: ErrorBody | undefined;
    if (method === undefined)
      refusal = refuse("unimplemented", `no method ${nameOfTarget({ service, method: name })}`);
    else if (method.options.once === undefined)
      refusal = refuse("invalid_argument", `${service}.${name} is no once method: it remembers no keys`);
    else {
      const full = this.#refuseMore(this.#running.size);
      if (full !== undefined) refusal = refuse("resource_exhausted", full);
    }
    if (refusal !== undefined) return this.#answers.refuse(id, refusal);
    const call = this.#createCall(method!, { id, args: [], metadata: undefined }, Infinity);
    this.#running.add(call);
    const failed = (error: unknown) => this.#failed(method!, call, error);
    const found = (state: OutcomeState) => this.#answers.outcome(method!, call, state);
    try {
      const state = once.query(caller.identity, method!, key);
      if (isThenable(state)) state.then(found, failed);
      else found(state);
    } catch (error) {
      failed(error);
    }
  }

  /** Answers a call that is not run. */
  refuse({ id, extras }: CallFrame, refusal: ErrorBody): void {
    if (extras !== undefined) this.streams.refused(extras);
    this.#options.meter.refuse(refusal.code);
    this.#answers.refuse(id, refusal);
  }

  cancel(id: number): void {
    this.#running.cancel(id);
    this.streams.cancel(id);
  }

  /** There may be room in the send buffer again. */
  room(): void {
    this.#answers.room();
    this.#oneways?.room();
    this.streams.room();
  }

  /** The session is over: what runs still settles, and nobody hears it. */
  ended(reason: RpcError): void {
    this.#answers.ended();
    this.#running.abortAll(reason);
    this.#oneways?.ended(reason);
    this.streams.ended(reason);
  }

  #createOneways(): OnewayCalls {
    const { clock, limits, caller, runningInAll, failures } = this.#options;
    return new OnewayCalls(this.#session, {
      clock,
      limits,
      logger: failures.logger,
      caller,
      runningInAll,
      runner: this.#runner,
      streams: this.streams,
      refuse: (method, frame, deadline) => this.#refuse(method, frame, deadline),
    });
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
    const { limits } = this.#options;
    const draining = this.#options.draining();
    // How a server does can be asked until the end.
    if (draining !== undefined && method.service !== reservedService)
      return {
        ...refuse("unavailable", `${nameOfMethod(method)}: the server takes no new calls`),
        ...draining,
      };
    // One-way calls take no slot of their session: what bounds them there is their credit.
    const full = this.#refuseMore(frame.extras?.oneway === true ? 0 : this.#running.size);
    if (full !== undefined) return refuse("resource_exhausted", `${nameOfMethod(method)}: ${full}`);
    const wrongKey = refuseKeyOf(method, frame);
    if (wrongKey !== undefined) return refuse("invalid_argument", `${nameOfMethod(method)}: ${wrongKey}`);
    if (deadline <= this.#session.arrivalTime)
      return refuse("deadline_exceeded", `${nameOfMethod(method)}: its deadline passed before it could run`);
    const unopened = frame.extras === undefined ? undefined : this.streams.refusal(frame.extras);
    if (unopened !== undefined) return refuse("resource_exhausted", `${nameOfMethod(method)}: ${unopened}`);
    if (frame.metadata !== undefined && JSON.stringify(frame.metadata).length > limits.maxMetadataBytes) {
      return refuse(
        "resource_exhausted",
        `${nameOfMethod(method)}: metadata exceeds maxMetadataBytes (${limits.maxMetadataBytes})`,
      );
    }
    const problem = method.refuseArguments?.(frame.args, frame.extras?.passed);
    if (problem !== undefined) return refuse("invalid_argument", `${nameOfMethod(method)}: ${problem}`);
    // A once method's rule is asked when it would run: who comes back for what it did gets that, whatever holds now.
    if (method.allow === undefined || method.options.once !== undefined) return undefined;
    return this.#refuseByRule(method, frame, deadline);
  }

  #refuseByRule(method: RegisteredMethod, frame: CallFrame, deadline: number): ErrorBody | undefined {
    return this.#options.rules.refuseCall(method, this.#createCall(method, frame, deadline), frame.args);
  }

  #refuseMore(running: number): string | undefined {
    const { limits, runningInAll } = this.#options;
    if (running >= limits.maxRunningCalls)
      return `${limits.maxRunningCalls} calls run already (maxRunningCalls)`;
    if (runningInAll.value >= limits.maxRunningCallsInAll)
      return `${limits.maxRunningCallsInAll} calls of all clients run already (maxRunningCallsInAll)`;
    return undefined;
  }

  /** A joined execution of a once method: its caller in this session waits for it like for a call of its own. */
  #runOnce(method: RegisteredMethod, { key, argsBytes, metadata }: CallFrame, call: RunningCall): void {
    this.#running.add(call);
    this.#options.once.enter({
      method,
      key: key!,
      argsBytes: argsBytes!,
      call,
      share: () => this.#createCall(method, { id: call.callId, args: call.args, metadata }, call.deadline),
      run: (shared) => this.#settle(method, shared),
      answer: (answer) => {
        if ("value" in answer) this.#answers.reply(method, call, answer.value);
        else this.#answers.error(call, answer.error);
      },
    });
  }

  #settle(method: RegisteredMethod, call: RunningCall): Answer | Promise<Answer> {
    const failed = (error: unknown) => ({ error: this.#runner.describe(method, call, error) });
    const refusal = this.#options.rules.refuseCall(method, call, call.args);
    if (refusal !== undefined) return { error: refusal };
    const settled = (value: unknown) => (isAsyncIterable(value) ? failed(unremembered(method)) : { value });
    try {
      const result = this.#runner.run(method, call);
      if (!isThenable(result)) return settled(result);
      return Promise.resolve(result).then(settled, failed);
    } catch (error) {
      return failed(error);
    }
  }

  // Most calls: a method that sees nothing but its arguments. It becomes a running call only if it does not answer at once.
  #runBare(method: RegisteredMethod, frame: CallFrame, deadline: number): void {
    let result: unknown;
    let failure: { readonly error: unknown } | undefined;
    try {
      result = this.#runner.runBare(method, frame.args);
      if (isThenable(result)) result = Promise.resolve(result);
      else if (!isAsyncIterable(result) && this.#answers.replyAtOnce(method, frame.id, result)) return;
    } catch (error) {
      failure = { error };
    }
    const call = this.#createCall(method, frame, deadline);
    call.started = true;
    this.#running.add(call);
    if (failure !== undefined) this.#failed(method, call, failure.error);
    else this.#settleLater(method, call, result);
  }

  #run(method: RegisteredMethod, call: RunningCall): void {
    this.#running.add(call);
    let result: unknown;
    try {
      result = this.#runner.run(method, call);
      // A thenable that is no promise may throw, and answer twice; a promise is taken as it is.
      if (isThenable(result)) result = Promise.resolve(result);
    } catch (error) {
      return this.#failed(method, call, error);
    }
    this.#settleLater(method, call, result);
  }

  #settleLater(method: RegisteredMethod, call: RunningCall, result: unknown): void {
    // A method that answers at once is answered at once: an await here costs more than the call.
    if (!(result instanceof Promise)) return this.#finished(method, call, result);
    result.then(
      (value) => this.#finished(method, call, value),
      (error: unknown) => this.#failed(method, call, error),
    );
  }

  #finished(method: RegisteredMethod, call: RunningCall, value: unknown): void {
    const credit = this.streams.credit(call.callId);
    if (!isAsyncIterable(value) && credit === undefined) {
      const problem = method.boundary?.refuseValue(value);
      if (problem === undefined) return this.#answers.reply(method, call, value);
      return this.#answers.error(
        call,
        this.#answers.describeUnsendable(
          method,
          new RpcError("internal", `it is not what the contract says: ${problem}`),
        ),
      );
    }
    if (!isAsyncIterable(value) || credit === undefined)
      return this.#failed(method, call, mistaken(method, value));
    if (call.aborted !== undefined) return this.#failed(method, call, call.aborted);
    this.#runner.within(call, () =>
      this.streams.send(call.callId, method, value, credit, (failure) => {
        if (failure === undefined) this.#answers.reply(method, call, undefined);
        else this.#failed(method, call, failure.error);
      }),
    );
  }

  #createCall(
    method: RegisteredMethod,
    { id, args, metadata = noMetadata }: Pick<CallFrame, "id" | "args" | "metadata">,
    deadline: number,
  ): RunningCall {
    const { clock, caller } = this.#options;
    return new RunningCall(id, method, args, deadline, metadata, clock, caller);
  }

  #failed(method: RegisteredMethod, call: RunningCall, error: unknown): void {
    this.#answers.error(call, this.#runner.describe(method, call, error));
  }
}

// Stands for a service whose hash differs: nothing of it can be called by number.
const unusable: RegisteredService = { name: "", hash: undefined, members: new Map(), byNumber: [] };

/** A method was called as what it is not. Its stream, if it made one, was never opened. */
function mistaken(method: RegisteredMethod, value: unknown): RpcError {
  const why = isAsyncIterable(value)
    ? "answers with a stream, but was called for one reply; use stream()"
    : "answers with one reply, but was called for a stream; use call()";
  return new RpcError("failed_precondition", `${nameOfMethod(method)} ${why}`);
}

/** A once method answered with a stream, which was never opened. */
function unremembered(method: RegisteredMethod): RpcError {
  const why = "is a once method and answered with a stream, which nobody can remember; answer with a value";
  return new RpcError("failed_precondition", `${nameOfMethod(method)} ${why}`);
}
