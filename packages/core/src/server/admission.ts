import type { Limits } from "../limits.js";
import type { RegisteredMethod } from "../service/registry.js";
import type { CallFrame, ErrorBody } from "../wire/frame.js";
import { nameOfMethod, refuse, refuseKeyOf } from "./refusal.js";
import { reservedService } from "./reserved-service.js";
import type { Rules } from "./rules.js";
import type { RunningCall, RunningCount } from "./running-calls.js";
import type { RunningStreams } from "./running-streams.js";

export interface AdmissionOptions {
  readonly limits: Limits;
  /** Calls of all sessions of the server. */
  readonly runningInAll: RunningCount;
  readonly rules: Rules;
  /** Whether the server takes no new calls, and after how many milliseconds trying elsewhere makes sense. */
  draining(): { readonly retryAfterMs: number } | undefined;
}

/** The session that a call came in, as far as it decides whether the call is taken. */
export interface AdmittingSession {
  /** About now. */
  readonly arrivalTime: number;
  /** Its calls that run, one-way ones left out. */
  readonly running: number;
  /** Made when it is needed: few calls bring streams or callbacks. */
  readonly streams: RunningStreams;
  /** The context of the call, for a rule. */
  createCall(method: RegisteredMethod, frame: CallFrame, deadline: number): RunningCall;
}

/** Decides which calls are taken: one for all sessions of a server. */
export class Admission {
  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Why a call does not reach its method; undefined when it does. */
  refuse(
    session: AdmittingSession,
    method: RegisteredMethod,
    frame: CallFrame,
    deadline: number,
  ): ErrorBody | undefined {
    const draining = this.#options.draining();
    // How a server does can be asked until the end.
    if (draining !== undefined && method.service !== reservedService)
      return {
        ...refuse("unavailable", `${nameOfMethod(method)}: the server takes no new calls`),
        ...draining,
      };
    // One-way calls take no slot of their session: what bounds them there is their credit.
    const full = this.refuseMore(frame.extras?.oneway === true ? 0 : session.running);
    if (full !== undefined) return refuse("resource_exhausted", `${nameOfMethod(method)}: ${full}`);
    const wrongKey =
      method.plain === true && frame.key === undefined ? undefined : refuseKeyOf(method, frame);
    if (wrongKey !== undefined) return refuse("invalid_argument", `${nameOfMethod(method)}: ${wrongKey}`);
    if (deadline <= session.arrivalTime)
      return refuse("deadline_exceeded", `${nameOfMethod(method)}: its deadline passed before it could run`);
    const tooMuch = this.#refuseParts(session, frame);
    if (tooMuch !== undefined) return refuse("resource_exhausted", `${nameOfMethod(method)}: ${tooMuch}`);
    const problem = method.refuseArguments?.(frame.args, frame.extras?.passed);
    if (problem !== undefined) return refuse("invalid_argument", `${nameOfMethod(method)}: ${problem}`);
    // A once method's rule is asked when it would run: who comes back for what it did gets that, whatever holds now.
    if (method.allow === undefined || method.options.once !== undefined) return undefined;
    return this.#options.rules.refuseCall(method, session.createCall(method, frame, deadline), frame.args);
  }

  /** Why a session with so many running calls gets no further one. */
  refuseMore(running: number): string | undefined {
    const { limits, runningInAll } = this.#options;
    if (running >= limits.maxRunningCalls)
      return `${limits.maxRunningCalls} calls run already (maxRunningCalls)`;
    if (runningInAll.value >= limits.maxRunningCallsInAll)
      return `${limits.maxRunningCallsInAll} calls of all clients run already (maxRunningCallsInAll)`;
    return undefined;
  }

  #refuseParts(session: AdmittingSession, { extras, metadata }: CallFrame): string | undefined {
    const unopened = extras === undefined ? undefined : session.streams.refusal(extras);
    if (unopened !== undefined || metadata === undefined) return unopened;
    const { maxMetadataBytes } = this.#options.limits;
    if (JSON.stringify(metadata).length <= maxMetadataBytes) return undefined;
    return `metadata exceeds maxMetadataBytes (${maxMetadataBytes})`;
  }
}
