import type { Callback, LocalCallbacks } from "../callback/local-callbacks.js";
import { RpcError } from "../errors.js";
import { describeFailure, type FailureReport } from "../failure.js";
import type { Session } from "../session/session.js";
import type { IncomingStream } from "../stream/incoming-stream.js";
import { isAsyncIterable } from "../stream/is-async-iterable.js";
import type { StreamFailure } from "../stream/outgoing-stream.js";
import type { SessionStreams } from "../stream/session-streams.js";
import { type CallExtras, maxPassedIndex, type PassedParameter } from "../wire/frame.js";
import { isPassed, isPassedParameter } from "./is-passed.js";
import type { SentCalls } from "./sent-calls.js";

/** How a call is answered: by one reply, by a stream, or not at all. */
export type Answer = "reply" | "oneway" | IncomingStream;

/** Where the parts of a call live: with the session that it is sent in. */
export interface PartsOfSession {
  readonly session: Session;
  readonly streams: SessionStreams;
  readonly callbacks: LocalCallbacks;
  readonly failures: FailureReport;
}

/** What a call is sent with when it is more than plain arguments and one reply. */
export interface OpenedParts {
  /** Without the passed ones; undefined when they are all values. */
  readonly args: readonly unknown[] | undefined;
  readonly extras: CallExtras;
  /** The call was sent: streams may start. */
  sent(): void;
  /** The call was not sent. */
  failed(): void;
}

/** What a call has besides plain arguments and one reply, as the call uses it. */
export interface CallExtent {
  /** Whether streams or callbacks are among the arguments. */
  readonly passing: boolean;
  /** Whether a stream was used, so that the call cannot be sent again: a source was read, or items of the answer came. */
  readonly spent: boolean;
  /** What an error says besides when the session ends under the call: how far its stream came. */
  readonly details: { readonly lastIndex: number } | undefined;
  /** Gives the parts their places in a session. Throws `RpcError` when there is no room. */
  open(id: number, sent: SentCalls): OpenedParts;
  /** The call, or this attempt of it, is over; the answer's stream is ended by who waits for the call. */
  close(): void;
}

/** What a call has besides plain arguments and one reply: streams, callbacks, or no answer. */
export class CallParts implements CallExtent {
  readonly #name: string;
  readonly #args: readonly unknown[];
  readonly #answer: Answer;
  readonly #find: (sent: SentCalls) => PartsOfSession;
  /** Present while the call is under way: ends what this attempt opened. */
  #close: (() => void) | undefined;
  /** A source was asked for items. */
  #read = false;

  /** `find` tells where the parts live of a call that is sent there. */
  constructor(
    name: string,
    args: readonly unknown[],
    answer: Answer,
    find: (sent: SentCalls) => PartsOfSession,
  ) {
    this.#name = name;
    this.#args = args;
    this.#answer = answer;
    this.#find = find;
  }

  get passing(): boolean {
    return isPassed(this.#args);
  }

  get spent(): boolean {
    return this.#read || (typeof this.#answer !== "string" && this.#answer.lastIndex >= 0);
  }

  get details(): { readonly lastIndex: number } | undefined {
    return typeof this.#answer === "string" ? undefined : { lastIndex: this.#answer.lastIndex };
  }

  open(id: number, sent: SentCalls): OpenedParts {
    const parts = this.#find(sent);
    const { session, streams, callbacks } = parts;
    const answer = typeof this.#answer === "string" ? undefined : this.#answer;
    const sources = this.#args.flatMap((source, index) =>
      isAsyncIterable(source) ? [{ index, source }] : [],
    );
    if (this.#answer === "oneway" && sources.length > 0)
      throw this.#refuse("a one-way call has no end, so it cannot send a stream");
    const passed = this.#pass(callbacks);
    const extras = {
      oneway: this.#answer === "oneway",
      credit: answer?.open((credit) => session.send({ type: "credit", id, stream: 0, ...credit })),
      passed: passed.length === 0 ? undefined : passed,
    };
    const close = () => streams.closeCall(id);
    const start = () => {
      // The session may have been lost under the sending, and the call with it.
      if (this.#answer === "oneway" || !session.open) return;
      this.#close = close;
      if (answer !== undefined) streams.receive(id, 0, answer);
      for (const { index, source } of sources) {
        const stream = index + 1;
        streams.send({
          id,
          stream,
          source: this.#watch(source),
          credit: noCredit,
          finished: (failure) => {
            if (this.#close === close) this.#finished(id, stream, failure, parts);
          },
        });
      }
    };
    const failed = () => {
      for (const parameter of passed) if (parameter.kind === "callback") callbacks.remove(parameter.id);
    };
    return {
      args: this.#args.map((value) => (isPassedParameter(value) ? null : value)),
      extras,
      sent: start,
      failed,
    };
  }

  close(): void {
    const close = this.#close;
    this.#close = undefined;
    close?.();
  }

  #watch(source: AsyncIterable<unknown>): AsyncIterable<unknown> {
    return {
      [Symbol.asyncIterator]: () => {
        this.#read = true;
        return source[Symbol.asyncIterator]();
      },
    };
  }

  // The end is told also when the server asked for it: only then does it know that no more items are under way.
  #finished(
    id: number,
    stream: number,
    failure: StreamFailure | undefined,
    { session, failures }: PartsOfSession,
  ): void {
    const name = `stream ${stream} of ${this.#name}`;
    const error =
      failure === undefined ? undefined : describeFailure(name, failure.error, noErrors, failures);
    try {
      session.send({ type: "end", id, stream, error });
    } catch (reason) {
      failures.logger.error(`${name}: its error cannot travel: ${RpcError.from(reason, "internal").message}`);
      session.send({
        type: "end",
        id,
        stream,
        error: { code: error?.code ?? "internal", message: "its details cannot travel", outcome: "executed" },
      });
    }
  }

  #pass(callbacks: LocalCallbacks): PassedParameter[] {
    const passed: PassedParameter[] = [];
    try {
      this.#args.forEach((value, index) => {
        if (!isPassedParameter(value)) return;
        if (index > maxPassedIndex)
          throw this.#refuse(
            `argument ${index + 1} is a stream or function; only the first ${maxPassedIndex + 1} can be`,
          );
        if (isAsyncIterable(value)) passed.push({ index, kind: "stream", id: 0 });
        else
          passed.push({
            index,
            kind: "callback",
            id: callbacks.add(value as Callback, `callback ${index + 1} of ${this.#name}`),
          });
      });
      return passed;
    } catch (error) {
      for (const { kind, id } of passed) if (kind === "callback") callbacks.remove(id);
      throw error;
    }
  }

  #refuse(why: string): RpcError {
    return new RpcError("invalid_argument", `${this.#name}: ${why}`, { outcome: "not-executed" });
  }
}

const noCredit = { items: 0, bytes: 0 };
const noErrors = new Map<never, never>();
