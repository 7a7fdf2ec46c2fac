import { RpcError } from "../errors.js";
import { describeUnsendable, type FailureReport } from "../failure.js";
import type { Limits } from "../limits.js";
import type { RegisteredMethod } from "../service/registry.js";
import type { Session } from "../session/session.js";
import type { ErrorBody, OutcomeFrame, ReplyFrame } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { OutcomeState } from "./once-calls.js";
import { nameOfMethod } from "./refusal.js";
import type { RunningCall } from "./running-calls.js";
import { withoutUnsendable } from "./travelling-error.js";

export interface AnswersOptions {
  readonly limits: Limits;
  readonly failures: FailureReport;
}

/** Whose calls are answered. */
export interface AnsweringCalls {
  readonly session: Session;
  /** Lets events that a method published leave before its reply. */
  beforeReply(): void;
  /** A call is over: its answer leaves now, or nobody would hear it. */
  answered(call: RunningCall): void;
}

/**
 * Answers of one session's calls on their way back, as far as the send buffer has room.
 *
 * An answer that cannot travel is answered by an error that can: every call is answered once.
 */
export class Answers {
  readonly #of: AnsweringCalls;
  readonly #options: AnswersOptions;
  /** Answers that wait for room in the send buffer: no more than the calls that may run at once. */
  #waiting: (() => void)[] | undefined;

  constructor(of: AnsweringCalls, options: AnswersOptions) {
    this.#of = of;
    this.#options = options;
  }

  /** Replies with what a method returned, if that is what the contract says. */
  result(method: RegisteredMethod, call: RunningCall, value: unknown): void {
    const problem = method.boundary?.refuseValue(value);
    if (problem === undefined) return this.reply(method, call, value);
    const reason = new RpcError("internal", `it is not what the contract says: ${problem}`);
    this.error(call, this.#describeUnsendable(method, reason));
  }

  reply(method: RegisteredMethod, call: RunningCall, value: unknown): void {
    this.#answer(call, () => this.#send(method, call, { type: "reply", id: call.callId, value }));
  }

  /**
   * Answers a call that ran to its end at once, so that nobody had to count it. Returns false when that is not so simple:
   * no room, a value that the contract does not allow or that cannot travel.
   */
  replyAtOnce(method: RegisteredMethod, id: number, value: unknown): boolean {
    this.#of.beforeReply();
    const { session } = this.#of;
    if (!session.hasRoom || method.boundary?.refuseValue(value) !== undefined) return false;
    try {
      session.send({ type: "reply", id, value });
      return true;
    } catch {
      return false;
    }
  }

  /** Answers an outcome query. */
  outcome(method: RegisteredMethod, call: RunningCall, state: OutcomeState): void {
    this.#answer(call, () => this.#send(method, call, { type: "outcome", id: call.callId, ...state }));
  }

  error(call: RunningCall, body: ErrorBody): void {
    this.#answer(call, () => this.#sendError(call, body));
  }

  /** Answers a call that was not taken. */
  refuse(id: number, refusal: ErrorBody): void {
    const answer = () => {
      this.#of.session.send({ type: "error", id, ...refusal });
    };
    if (this.#of.session.hasRoom) return answer();
    // A peer that keeps to the limit it was told never has more answers waiting than that.
    const { maxRunningCalls } = this.#options.limits;
    if (this.#waiting !== undefined && this.#waiting.length >= maxRunningCalls) {
      throw new ProtocolError(`calls beyond maxRunningCalls (${maxRunningCalls}), answers unread`);
    }
    this.#wait(answer);
  }

  /** There may be room in the send buffer again. */
  room(): void {
    if (this.#waiting === undefined) return;
    while (this.#waiting.length > 0 && this.#of.session.hasRoom) this.#waiting.shift()!();
  }

  /** The session is over: nobody hears an answer, and the calls that have settled leave. */
  ended(): void {
    const settled = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const answer of settled) answer();
  }

  #answer(call: RunningCall, send: () => void): void {
    const answer = () => {
      this.#of.answered(call);
      send();
    };
    this.#of.beforeReply();
    if (this.#of.session.hasRoom) answer();
    else if (this.#of.session.open) this.#wait(answer);
    else this.#of.answered(call);
  }

  #wait(answer: () => void): void {
    this.#waiting ??= [];
    this.#waiting.push(answer);
  }

  #send(method: RegisteredMethod, call: RunningCall, frame: ReplyFrame | OutcomeFrame): void {
    try {
      this.#sendOrProject(method, frame);
    } catch (error) {
      this.#sendError(call, this.#describeUnsendable(method, error));
    }
  }

  // Only what cannot travel as it is needs the contract to know which fields of an instance do.
  #sendOrProject({ boundary }: RegisteredMethod, frame: ReplyFrame | OutcomeFrame): void {
    try {
      this.#of.session.send(frame);
    } catch (error) {
      if (boundary === undefined || frame.type !== "reply" || !RpcError.is(error, "invalid_argument"))
        throw error;
      this.#of.session.send({ ...frame, value: boundary.project(frame.value) });
    }
  }

  #sendError(call: RunningCall, body: ErrorBody): void {
    try {
      this.#of.session.send({ type: "error", id: call.callId, ...body });
    } catch (error) {
      this.#sendShortened(call, body, error);
    }
  }

  // A field that cannot travel must not hide which error it was. What then still cannot go is too large for the peer.
  #sendShortened(call: RunningCall, whole: ErrorBody, reason: unknown): void {
    const { body, leftOut } = withoutUnsendable(whole, this.#options.limits);
    const why = leftOut.length > 0 ? leftOut.join("; ") : RpcError.from(reason, "internal").message;
    this.#options.failures.logger.error(
      `${call.service}.${call.method}: its error cannot travel whole: ${why}`,
      "errors that cannot travel",
    );
    try {
      this.#of.session.send({ type: "error", id: call.callId, ...body });
    } catch {
      const { code, outcome } = body;
      const message = "it is too large for the caller to be told more";
      this.#of.session.send({ type: "error", id: call.callId, code, outcome, message });
    }
  }

  /** What the caller learns of a result that cannot be sent; the log has it too. */
  #describeUnsendable(method: RegisteredMethod, reason: unknown): ErrorBody {
    return describeUnsendable(nameOfMethod(method), reason, this.#options.failures);
  }
}
