import type { RpcError } from "../errors.js";
import { isThenable } from "../is-thenable.js";
import type { RegisteredMethod, RegisteredService, Registry } from "../service/registry.js";
import {
  type CallFrame,
  type CallTarget,
  type ErrorBody,
  maxServiceRefs,
  type OutcomeQueryFrame,
  type UseFrame,
} from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { Admission, AdmittingSession } from "./admission.js";
import type { CallMeter } from "./call-meter.js";
import { type CallingSession, CallRunner, type CallRunnerOptions } from "./call-runner.js";
import type { OutcomeState } from "./once-calls.js";
import { OnewayCalls } from "./oneway-calls.js";
import { nameOfTarget, refuse } from "./refusal.js";
import type { RunningCall } from "./running-calls.js";
import type { RunningStreams } from "./running-streams.js";
import { ServedTarget } from "./served-target.js";

/** What the dispatchers of all sessions of a server share. */
export interface DispatcherOptions extends CallRunnerOptions {
  readonly registry: Registry;
  readonly admission: Admission;
  readonly meter: CallMeter;
}

/**
 * The serving end of one session: call frames → methods → replies.
 *
 * Every call that comes in is answered once, also when its caller has given up: the caller counts its running calls by
 * the answers. One-way calls are not answered and count apart.
 */
export class Dispatcher implements AdmittingSession {
  readonly #of: CallingSession;
  readonly #options: DispatcherOptions;
  readonly #calls: CallRunner;
  /** Made by the first one-way call: most sessions never get one. */
  #oneways: OnewayCalls | undefined;
  /** Services by the number that the client gave them. */
  #refs: RegisteredService[] | undefined;

  constructor(of: CallingSession, options: DispatcherOptions) {
    this.#of = of;
    this.#options = options;
    this.#calls = new CallRunner(of, options);
  }

  /** Calls that run and are to be answered. */
  get running(): number {
    return this.#calls.running.size;
  }

  /** Calls that run, one-way ones and streams too. */
  get runningInAll(): number {
    return this.running + (this.#oneways?.size ?? 0);
  }

  get arrivalTime(): number {
    return this.#of.session.arrivalTime;
  }

  /** Open streams, both ways. */
  get openStreams(): number {
    return this.#calls.openStreams;
  }

  /** Streams and callbacks of what runs. */
  get streams(): RunningStreams {
    return this.#calls.streams;
  }

  /** A session's first use of a service. Equal hashes let numbers stand for names from now on. */
  use({ ref, service, hash }: UseFrame, wanted: boolean): void {
    const found = this.#options.registry.get(service);
    const equal = found?.hash !== undefined && found.hash === hash;
    this.#refs ??= [];
    if (ref !== this.#refs.length || ref >= maxServiceRefs)
      throw new ProtocolError(`use of the number ${ref} out of turn`);
    this.#refs.push(equal ? found : unusable);
    this.#of.session.send({ type: "used", ref, equal, wanted: wanted ? true : undefined });
  }

  call(frame: CallFrame, sentAt: number): void {
    const { id, extras } = frame;
    if (extras?.oneway === true) {
      this.#oneways ??= this.#createOneways();
      return this.#oneways.call(frame, this.#find(frame.target), sentAt);
    }
    if (this.#calls.running.has(id)) throw new ProtocolError(`call id ${id} is running already`);
    const method = this.#find(frame.target);
    const deadline = sentAt + frame.timeLeftMs;
    const refusal =
      method === undefined
        ? refuse("unimplemented", `no method ${nameOfTarget(frame.target)}`)
        : this.#options.admission.refuse(this, method, frame, deadline);
    if (refusal !== undefined) this.refuse(frame, refusal);
    else this.#calls.run(method!, frame, deadline);
  }

  /** What became of a once call; its answer counts like a call's. */
  queryOutcome({ id, service, method: name, key }: OutcomeQueryFrame): void {
    const calls = this.#calls;
    if (calls.running.has(id)) throw new ProtocolError(`call id ${id} is running already`);
    const method = this.#find({ service, method: name });
    let refusal: ErrorBody | undefined;
    if (method === undefined)
      refusal = refuse("unimplemented", `no method ${nameOfTarget({ service, method: name })}`);
    else if (method.options.once === undefined)
      refusal = refuse("invalid_argument", `${service}.${name} is no once method: it remembers no keys`);
    else {
      const full = this.#options.admission.refuseMore(this.running);
      if (full !== undefined) refusal = refuse("resource_exhausted", full);
    }
    if (refusal !== undefined) return calls.answers.refuse(id, refusal);
    const call = calls.createCall(method!, { id, args: [], metadata: undefined }, Infinity);
    calls.running.add(call);
    const failed = (error: unknown) => calls.failed(method!, call, error);
    const found = (state: OutcomeState) => calls.answers.outcome(method!, call, state);
    try {
      const state = this.#options.once.query(this.#of.caller.identity, method!, key);
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
    this.#calls.answers.refuse(id, refusal);
  }

  cancel(id: number): void {
    this.#calls.cancel(id);
  }

  createCall(method: RegisteredMethod, frame: CallFrame, deadline: number): RunningCall {
    return this.#calls.createCall(method, frame, deadline);
  }

  /** There may be room in the send buffer again. */
  room(): void {
    this.#calls.room();
    this.#oneways?.room();
  }

  /** The session is over: what runs still settles, and nobody hears it. */
  ended(reason: RpcError): void {
    this.#calls.ended(reason);
    this.#oneways?.ended(reason);
  }

  #createOneways(): OnewayCalls {
    const { clock, limits, runningInAll, failures, methods, admission } = this.#options;
    return new OnewayCalls(this.#of.session, {
      clock,
      limits,
      logger: failures.logger,
      caller: this.#of.caller,
      runningInAll,
      methods,
      streams: this.streams,
      refuse: (method, frame, deadline) => admission.refuse(this, method, frame, deadline),
    });
  }

  #find(target: CallTarget): RegisteredMethod | undefined {
    if ("ref" in target) {
      const method = this.#refs?.[target.ref]?.byNumber[target.member];
      if (method === undefined)
        throw new ProtocolError(`call of number ${target.ref}.${target.member}, which was not agreed on`);
      return method.kind === "method" ? method : undefined;
    }
    if (target instanceof ServedTarget) return target.registered;
    const member = this.#options.registry.get(target.service)?.members.get(target.method);
    return member?.kind === "method" ? member : undefined;
  }
}

// Stands for a service whose hash differs: nothing of it can be called by number.
const unusable: RegisteredService = { name: "", hash: undefined, members: new Map(), byNumber: [] };
