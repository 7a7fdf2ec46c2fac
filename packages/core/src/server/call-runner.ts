import { noMetadata } from "../call.js";
import type { RemoteCallbacks } from "../callback/remote-callbacks.js";
import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import type { FailureReport } from "../failure.js";
import { isThenable } from "../is-thenable.js";
import type { Limits } from "../limits.js";
import type { RegisteredMethod } from "../service/registry.js";
import type { Session } from "../session/session.js";
import { isAsyncIterable } from "../stream/is-async-iterable.js";
import type { CallFrame } from "../wire/frame.js";
import { Answers } from "./answers.js";
import type { Answer } from "./joined-call.js";
import type { MethodRunner } from "./method-runner.js";
import type { OnceCalls } from "./once-calls.js";
import { nameOfMethod } from "./refusal.js";
import type { Rules } from "./rules.js";
import { type ConnectedCaller, RunningCall, RunningCalls, type RunningCount } from "./running-calls.js";
import { RunningStreams } from "./running-streams.js";

export interface CallRunnerOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly failures: FailureReport;
  /** Calls of all sessions of the server. */
  readonly runningInAll: RunningCount;
  readonly methods: MethodRunner;
  readonly once: OnceCalls;
  readonly rules: Rules;
}

/** A session whose calls run, with what belongs to it. */
export interface CallingSession {
  readonly session: Session;
  readonly caller: ConnectedCaller;
  /** Made when it is needed: few sessions pass callbacks. */
  readonly callbacks: RemoteCallbacks;
  /** Lets events that a method published leave before its reply. */
  beforeReply(): void;
}

/** Runs the calls of one session, from the method that was found to the answer. */
export class CallRunner {
  readonly running: RunningCalls;
  readonly answers: Answers;
  readonly #of: CallingSession;
  readonly #options: CallRunnerOptions;
  /** Made by the first call with a stream or callback: most sessions never get one. */
  #streams: RunningStreams | undefined;

  constructor(of: CallingSession, options: CallRunnerOptions) {
    this.#of = of;
    this.#options = options;
    this.running = new RunningCalls(options.clock, options.runningInAll);
    this.answers = new Answers(this, options);
  }

  get session(): Session {
    return this.#of.session;
  }

  /** Streams and callbacks of what runs. */
  get streams(): RunningStreams {
    this.#streams ??= new RunningStreams(this.#of, this.#options, this.running);
    return this.#streams;
  }

  /** Open streams, both ways. */
  get openStreams(): number {
    return this.#streams?.size ?? 0;
  }

  /** Runs a call that is taken. */
  run(method: RegisteredMethod, frame: CallFrame, deadline: number): void {
    const { extras } = frame;
    if (extras === undefined && this.#options.methods.isBare(method))
      return this.#runBare(method, frame, deadline);
    const args = extras === undefined ? frame.args : this.streams.open(frame, extras, method);
    const call = this.createCall(method, { id: frame.id, args, metadata: frame.metadata }, deadline);
    if (method.options.once !== undefined) return this.#runOnce(method, frame, call);
    this.#run(method, call);
  }

  createCall(
    method: RegisteredMethod,
    { id, args, metadata = noMetadata }: Pick<CallFrame, "id" | "args" | "metadata">,
    deadline: number,
  ): RunningCall {
    return new RunningCall(id, method, args, deadline, metadata, this.#options.clock, this.#of.caller);
  }

  /** A call ended with what its method threw. */
  failed(method: RegisteredMethod, call: RunningCall, error: unknown): void {
    this.answers.error(call, this.#options.methods.describe(method, call, error));
  }

  /** Its caller gave up. */
  cancel(id: number): void {
    this.running.cancel(id);
    this.#streams?.cancel(id);
  }

  /** An answer is about to be written. */
  beforeReply(): void {
    this.#of.beforeReply();
  }

  /** A call is over: its answer leaves now, or nobody would hear it. */
  answered({ callId }: RunningCall): void {
    this.running.delete(callId);
    this.#streams?.close(callId);
  }

  /** There may be room in the send buffer again. */
  room(): void {
    this.answers.room();
    this.#streams?.room();
  }

  /** The session is over: what runs still settles, and nobody hears it. */
  ended(reason: RpcError): void {
    this.answers.ended();
    this.running.abortAll(reason);
    this.#streams?.ended(reason);
  }

  // Most calls: a method that sees nothing but its arguments. It becomes a running call only if it does not answer at once.
  #runBare(method: RegisteredMethod, frame: CallFrame, deadline: number): void {
    let result: unknown;
    let failure: { readonly error: unknown } | undefined;
    try {
      result = this.#options.methods.runBare(method, frame.args);
      if (isThenable(result)) result = Promise.resolve(result);
      else if (!isAsyncIterable(result) && this.answers.replyAtOnce(method, frame.id, result)) return;
    } catch (error) {
      failure = { error };
    }
    const call = this.createCall(method, frame, deadline);
    call.started = true;
    this.running.add(call);
    if (failure !== undefined) this.failed(method, call, failure.error);
    else this.#settleLater(method, call, result);
  }

  /** A joined execution of a once method: its caller in this session waits for it like for a call of its own. */
  #runOnce(method: RegisteredMethod, { key, argsBytes, metadata }: CallFrame, call: RunningCall): void {
    this.running.add(call);
    this.#options.once.enter({
      method,
      key: key!,
      argsBytes: argsBytes!,
      call,
      share: () => this.createCall(method, { id: call.callId, args: call.args, metadata }, call.deadline),
      run: (shared) => this.#settle(method, shared),
      answer: (answer) => {
        if ("value" in answer) this.answers.reply(method, call, answer.value);
        else this.answers.error(call, answer.error);
      },
    });
  }

  #settle(method: RegisteredMethod, call: RunningCall): Answer | Promise<Answer> {
    const { methods, rules } = this.#options;
    const failed = (error: unknown) => ({ error: methods.describe(method, call, error) });
    const refusal = rules.refuseCall(method, call, call.args);
    if (refusal !== undefined) return { error: refusal };
    const settled = (value: unknown) => (isAsyncIterable(value) ? failed(unremembered(method)) : { value });
    try {
      const result = methods.run(method, call);
      if (!isThenable(result)) return settled(result);
      return Promise.resolve(result).then(settled, failed);
    } catch (error) {
      return failed(error);
    }
  }

  #run(method: RegisteredMethod, call: RunningCall): void {
    this.running.add(call);
    let result: unknown;
    try {
      result = this.#options.methods.run(method, call);
      // A thenable that is no promise may throw, and answer twice; a promise is taken as it is.
      if (isThenable(result)) result = Promise.resolve(result);
    } catch (error) {
      return this.failed(method, call, error);
    }
    this.#settleLater(method, call, result);
  }

  #settleLater(method: RegisteredMethod, call: RunningCall, result: unknown): void {
    // A method that answers at once is answered at once: an await here costs more than the call.
    if (!(result instanceof Promise)) return this.#finished(method, call, result);
    result.then(
      (value) => this.#finished(method, call, value),
      (error: unknown) => this.failed(method, call, error),
    );
  }

  #finished(method: RegisteredMethod, call: RunningCall, value: unknown): void {
    const credit = this.#streams?.credit(call.callId);
    if (!isAsyncIterable(value) && credit === undefined) return this.answers.result(method, call, value);
    if (!isAsyncIterable(value) || credit === undefined)
      return this.failed(method, call, mistaken(method, value));
    if (call.aborted !== undefined) return this.failed(method, call, call.aborted);
    this.#options.methods.within(call, () =>
      this.streams.send(call.callId, method, value, credit, (failure) => {
        if (failure === undefined) this.answers.reply(method, call, undefined);
        else this.failed(method, call, failure.error);
      }),
    );
  }
}

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
