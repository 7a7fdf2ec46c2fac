import type { CallContext, CallOptions } from "../call.js";
import type { Clock } from "../clock.js";
import { type ErrorCode, type Outcome, RpcError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { Session } from "../session/session.js";
import { fromErrorBody } from "../wire/error-frame.js";
import type { ErrorBody, PassedParameter } from "../wire/frame.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { releaseKey } from "./release.js";

/** A call of a callback that was not answered. Nobody waits any more once `settle` is gone; the answer is still owed. */
interface Waiting {
  readonly name: string;
  settle: { resolve(value: unknown): void; reject(error: RpcError): void; left(): void } | undefined;
}

/** Callbacks that the peer passed, as functions that call it back. They live as long as the session, or until released. */
export class RemoteCallbacks {
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #live = new Set<number>();
  readonly #waiting = new Map<number, Waiting>();
  #lastCall = 0;

  constructor(session: Session, clock: Clock, limits: Limits) {
    this.#session = session;
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Callbacks that were not released. */
  get size(): number {
    return this.#live.size;
  }

  /** Whether this many more are within `maxCallbacks`. */
  hasRoom(count: number): boolean {
    return this.#live.size + count <= this.#limits.maxCallbacks;
  }

  /** A function that calls the peer's: it resolves to what that returned. `name` is for messages. */
  create({ id }: PassedParameter, name: string): (...args: unknown[]) => Promise<unknown> {
    if (this.#live.has(id)) throw new ProtocolError(`callback id ${id} is taken`);
    this.#live.add(id);
    return Object.assign((...args: unknown[]) => this.#call(id, name, args, undefined), {
      [releaseKey]: () => this.release(id),
      $with:
        ({ context }: CallOptions) =>
        (...args: unknown[]) =>
          this.#call(id, name, args, context),
    });
  }

  /** It will not be called any more. Safe to call twice. */
  release(id: number): void {
    if (this.#live.delete(id)) this.#session.send({ type: "release", callback: id });
  }

  /** The call that brought these never ran: the peer need not keep them. */
  refuse(ids: readonly number[]): void {
    for (const id of ids) if (!this.#live.has(id)) this.#session.send({ type: "release", callback: id });
  }

  reply(id: number, value: unknown): void {
    this.#answer(id)?.resolve(value);
  }

  error(id: number, body: ErrorBody): void {
    this.#answer(id)?.reject(fromErrorBody(body));
  }

  /** The session is over: nothing will be answered. */
  ended(reason: RpcError): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#live.clear();
    for (const { name, settle } of waiting) {
      settle?.left();
      settle?.reject(
        new RpcError("unavailable", `${name}: ${reason.message}`, { outcome: "unknown", cause: reason }),
      );
    }
  }

  #call(
    callback: number,
    name: string,
    args: readonly unknown[],
    within: CallContext | undefined,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const refusal = this.#refuse(callback, name) ?? refuseWithin(name, within);
      if (refusal !== undefined) return reject(refusal);
      const { callbackTimeoutMs } = this.#limits;
      const timeLeftMs = Math.min(callbackTimeoutMs, within?.timeLeftMs ?? Infinity);
      this.#lastCall = (this.#lastCall % 0xffff_fffe) + 1;
      const id = this.#lastCall;
      try {
        this.#session.send({ type: "callback", id, timeLeftMs, callback, args });
      } catch (error) {
        const { code, message } = RpcError.from(error, "internal");
        return reject(
          new RpcError(code, `${name}: arguments ${message}`, { outcome: "not-executed", cause: error }),
        );
      }
      // The end of the call around it comes by its signal.
      const timer = this.#clock.timer(callbackTimeoutMs, () => this.#expire(id, callbackTimeoutMs));
      const cancel = () => this.#giveUp(id, givenUp(name, within!.signal, "unknown"));
      const left = () => {
        timer.clear();
        within?.signal.removeEventListener("abort", cancel);
      };
      within?.signal.addEventListener("abort", cancel);
      this.#waiting.set(id, { name, settle: { resolve, reject, left } });
    });
  }

  #refuse(callback: number, name: string): RpcError | undefined {
    const { maxRunningCalls } = this.#session.peerLimits;
    const refused = (code: ErrorCode, why: string) =>
      new RpcError(code, `${name}: ${why}`, { outcome: "not-executed" satisfies Outcome });
    if (!this.#session.open) return refused("unavailable", "the session of its caller is over");
    if (!this.#live.has(callback)) return refused("failed_precondition", "it was released");
    if (this.#waiting.size >= maxRunningCalls)
      return refused(
        "resource_exhausted",
        `${maxRunningCalls} callbacks run already (the caller's maxRunningCalls); await them`,
      );
    if (!this.#session.hasRoom)
      return refused(
        "resource_exhausted",
        "the send buffer is full (sendBufferBytes); await what was called",
      );
    return undefined;
  }

  #expire(id: number, afterMs: number): void {
    const name = this.#waiting.get(id)?.name;
    const message = `${name}: no answer within ${Math.round(afterMs)} ms (callbackTimeoutMs)`;
    this.#giveUp(id, new RpcError("deadline_exceeded", message));
  }

  // The peer still owes an answer, so the call stays counted.
  #giveUp(id: number, error: RpcError): void {
    const waiting = this.#waiting.get(id);
    const settle = waiting?.settle;
    if (waiting === undefined || settle === undefined) return;
    waiting.settle = undefined;
    settle.left();
    settle.reject(error);
  }

  #answer(id: number): Waiting["settle"] {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined)
      throw new ProtocolError(`an answer to callback call ${id}, which is not pending`);
    this.#waiting.delete(id);
    waiting.settle?.left();
    return waiting.settle;
  }
}

function refuseWithin(name: string, within: CallContext | undefined): RpcError | undefined {
  return within?.signal.aborted === true ? givenUp(name, within.signal, "not-executed") : undefined;
}

// By its caller, its deadline, or the end of its session.
function givenUp(name: string, { reason }: AbortSignal, outcome: Outcome): RpcError {
  const { code, message } = RpcError.from(reason, "cancelled");
  return new RpcError(code, `${name}: the call it is part of was given up: ${message}`, { outcome });
}
