import { noMetadata } from "../call.js";
import type { Clock } from "../clock.js";
import type { RpcError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { KindLogger } from "../logger.js";
import type { RegisteredMethod } from "../service/registry.js";
import type { Session } from "../session/session.js";
import type { CallFrame, ErrorBody } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { MethodRunner } from "./method-runner.js";
import { OnewayCredit } from "./oneway-credit.js";
import { nameOfMethod, nameOfTarget, refuse } from "./refusal.js";
import { type ConnectedCaller, RunningCall, RunningCalls, type RunningCount } from "./running-calls.js";
import type { RunningStreams } from "./running-streams.js";

export interface OnewayCallsOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: KindLogger;
  readonly caller: ConnectedCaller;
  /** Calls of all sessions of the server. */
  readonly runningInAll: RunningCount;
  readonly methods: MethodRunner;
  readonly streams: RunningStreams;
  /** Why a call of that method is not taken, one-way or not. */
  refuse(method: RegisteredMethod, frame: CallFrame, deadline: number): ErrorBody | undefined;
}

/**
 * One-way calls that came in one session. They are not answered and count apart from those that are.
 *
 * Nobody waits: a refusal is told for the client's log, a failure goes to this side's.
 */
export class OnewayCalls {
  readonly #session: Session;
  readonly #options: OnewayCallsOptions;
  readonly #running: RunningCalls;
  readonly #credit: OnewayCredit;
  /** Refusals that wait for room: bounded by the credit that each holds back. */
  #untold: (() => void)[] = [];

  constructor(session: Session, options: OnewayCallsOptions) {
    this.#session = session;
    this.#options = options;
    this.#running = new RunningCalls(options.clock, options.runningInAll);
    this.#credit = new OnewayCredit(session, options.limits.maxRunningCalls);
  }

  /** Calls that run. */
  get size(): number {
    return this.#running.size;
  }

  /** A call came; `method` is undefined when there is none of its name. */
  call(frame: CallFrame, method: RegisteredMethod | undefined, sentAt: number): void {
    this.#credit.spend();
    const { clock, caller, streams } = this.#options;
    const { id, extras = {}, metadata = noMetadata } = frame;
    const deadline = sentAt + frame.timeLeftMs;
    const refusal =
      method === undefined
        ? refuse("unimplemented", `no method ${nameOfTarget(frame.target)}`)
        : this.#refuse(method, frame, deadline);
    if (refusal !== undefined) {
      streams.refused(extras);
      return this.#tell(refusal);
    }
    if (this.#running.has(id)) throw new ProtocolError(`one-way call id ${id} is running already`);
    const args = streams.open(frame, extras, method!);
    const call = new RunningCall(id, method!, args, deadline, metadata, clock, caller);
    this.#running.add(call);
    void this.#run(method!, call);
  }

  /** There may be room in the send buffer again. */
  room(): void {
    while (this.#untold.length > 0 && this.#session.hasRoom) this.#untold.shift()!();
  }

  /** The session is over: what runs still settles. */
  ended(reason: RpcError): void {
    this.#untold = [];
    this.#running.abortAll(reason);
  }

  #refuse(method: RegisteredMethod, frame: CallFrame, deadline: number): ErrorBody | undefined {
    if (method.options.oneway === true) return this.#options.refuse(method, frame, deadline);
    return refuse(
      "failed_precondition",
      `${nameOfMethod(method)} answers, so it cannot be called one-way; call it, or expose it with { oneway: true }`,
    );
  }

  #tell(refusal: ErrorBody): void {
    const tell = () => {
      this.#session.send({ type: "error", id: 0, ...refusal });
      this.#credit.finish();
    };
    if (this.#session.hasRoom) tell();
    else this.#untold.push(tell);
  }

  // Never rejects.
  async #run(method: RegisteredMethod, call: RunningCall): Promise<void> {
    const { methods, logger } = this.#options;
    try {
      await methods.run(method, call);
    } catch (error) {
      const { code, message } = methods.describe(method, call, error);
      // What is internal was logged with its id already.
      if (code !== "internal")
        logger.warn(
          `one-way call ${nameOfMethod(method)} failed: ${code}: ${message}`,
          "one-way calls that failed",
        );
    }
    this.#running.delete(call.callId);
    this.#credit.finish();
  }
}
