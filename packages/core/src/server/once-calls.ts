import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import { describeUnsendable, type FailureReport } from "../failure.js";
import { toHex } from "../hex.js";
import { isThenable } from "../is-thenable.js";
import type { Limits } from "../limits.js";
import { formerNames } from "../service/formerly.js";
import type { RegisteredMethod } from "../service/registry.js";
import { sha256 } from "../sha256.js";
import { ByteSink } from "../wire/byte-sink.js";
import { toErrorBody } from "../wire/error-frame.js";
import type { ErrorBody, OutcomeFrame } from "../wire/frame.js";
import { decodeValue, encodeValue } from "../wire/values.js";
import { type Answer, JoinedCall, type Joining } from "./joined-call.js";
import type { OutcomeStore, RememberedCall } from "./outcome-store.js";
import type { RunningCall } from "./running-calls.js";
import { withoutUnsendable } from "./travelling-error.js";

export interface OnceCallsOptions {
  readonly store: OutcomeStore;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly failures: FailureReport;
  readonly epoch: string;
  /** What of an identity tells one caller from another. */
  readonly scopeOf: (identity: unknown) => unknown;
}

/** What a caller asks of a once method. */
export interface OnceRequest extends Joining {
  readonly method: RegisteredMethod;
  readonly key: string;
  /** Its arguments as they came, encoded. */
  readonly argsBytes: Uint8Array;
  /** Makes what the handler sees. */
  share(): RunningCall;
  /** Runs the method; never rejects. */
  run(shared: RunningCall): Answer | Promise<Answer>;
}

/** A question about a key, as the answer goes back. */
export type OutcomeState = Omit<OutcomeFrame, "type" | "id">;

/**
 * The outcome windows of a server: a key runs once, and whoever comes with it again joins or gets what was remembered.
 *
 * One for all sessions, since the same caller may come back in another.
 */
export class OnceCalls {
  readonly #options: OnceCallsOptions;
  /** Bounded by the sessions' running calls: each has at least one. */
  readonly #running = new Map<string, JoinedCall>();

  constructor(options: OnceCallsOptions) {
    this.#options = options;
  }

  /** Joins the running call of that key, answers with what is remembered of it, or runs it. */
  enter(request: OnceRequest): void {
    const { method, call } = request;
    let id: string;
    try {
      id = this.#idOf(call.identity, method, request.key);
    } catch (error) {
      request.answer({ error: toErrorBody(RpcError.from(error, "internal"), "not-executed") });
      return;
    }
    const args = toHex(sha256(request.argsBytes));
    const joined = this.#running.get(id);
    if (joined === undefined) this.#start(id, args, request);
    else if (joined.args === args) joined.add(request);
    else request.answer({ error: otherArguments(request) });
  }

  /** What is known of a key. Throws `RpcError`. */
  query(identity: unknown, method: RegisteredMethod, key: string): OutcomeState | Promise<OutcomeState> {
    const id = this.#idOf(identity, method, key);
    if (this.#running.has(id)) return { state: "running" };
    const { store, clock } = this.#options;
    const now = clock.wallTime();
    const found = store.find(id, now);
    // A store that has not been there as long as the window cannot speak for all of it.
    const rememberedForMs = Math.max(
      0,
      Math.floor(Math.min(method.options.once?.windowMs ?? 0, now - store.since)),
    );
    return isThenable(found)
      ? found.then((known) => describe(known, rememberedForMs))
      : describe(found, rememberedForMs);
  }

  #idOf(identity: unknown, method: RegisteredMethod, key: string): string {
    const { limits, scopeOf } = this.#options;
    let scope: Uint8Array;
    try {
      // By its first name: a key counts on when the method gets another.
      const name = formerNames(method.options.formerly)[0] ?? method.name;
      scope = encode([scopeOf(identity) ?? null, method.service, name, key], limits);
    } catch (error) {
      throw new RpcError(
        "failed_precondition",
        `${method.service}.${method.name} is a once method, and the caller's identity cannot be told apart: ` +
          "pass serve({ outcomeScope: (identity) => … }) that returns what names the caller, such as its user id",
        { outcome: "not-executed", cause: error },
      );
    }
    return toHex(sha256(scope));
  }

  #start(id: string, args: string, request: OnceRequest): void {
    const { store, clock, epoch } = this.#options;
    const joined = new JoinedCall(args, request.share());
    joined.add(request);
    this.#running.set(id, joined);
    const at = clock.wallTime();
    const windowMs = request.method.options.once?.windowMs ?? 0;
    const started = (known: RememberedCall | undefined) => {
      if (known !== undefined) this.#settle(id, joined, this.#replay(known, args, request));
      else if (joined.abandoned) this.#finish(id, joined, request, { error: leftBefore(request) });
      else this.#run(id, joined, request);
    };
    const failed = (error: unknown) => this.#settle(id, joined, { error: this.#storeFailed(request, error) });
    try {
      const known = store.start({ id, args, epoch, at, until: at + windowMs });
      if (isThenable(known)) known.then(started, failed);
      else started(known);
    } catch (error) {
      failed(error);
    }
  }

  #run(id: string, joined: JoinedCall, request: OnceRequest): void {
    const answer = request.run(joined.shared);
    if (isThenable(answer)) void answer.then((settled) => this.#finish(id, joined, request, settled));
    else this.#finish(id, joined, request, answer);
  }

  // Recorded before anybody is told: who was told and asks again must not hear anything else.
  #finish(id: string, joined: JoinedCall, request: OnceRequest, answer: Answer): void {
    const { store, clock, limits, failures } = this.#options;
    const { method } = request;
    const name = `${method.service}.${method.name}`;
    const { bytes, told } = encodeAnswer(name, answer, limits, failures);
    const notRun = "error" in told && told.error.outcome === "not-executed";
    const settle = () => this.#settle(id, joined, told);
    const failed = (error: unknown) => {
      failures.logger.error(
        `the outcome of ${name} could not be recorded, its key will be told as interrupted: ${String(error)}`,
        "outcomes that could not be recorded",
      );
      settle();
    };
    try {
      const until = clock.wallTime() + (method.options.once?.windowMs ?? 0);
      const recorded = notRun ? store.forget(id) : store.finish(id, bytes, until);
      if (isThenable(recorded)) recorded.then(settle, failed);
      else settle();
    } catch (error) {
      failed(error);
    }
  }

  #settle(id: string, joined: JoinedCall, answer: Answer): void {
    this.#running.delete(id);
    joined.settle(answer);
  }

  #replay(known: RememberedCall, args: string, request: OnceRequest): Answer {
    if (known.args !== args) return { error: otherArguments(request) };
    if (known.answer !== undefined) return decodeAnswer(known.answer);
    const { method } = request;
    return {
      error: {
        code: "aborted",
        message: `${method.service}.${method.name}: it was started with this key and its end is not recorded: its process died, its store failed, or another server with the same store still runs it`,
        outcome: "unknown",
        details: { state: "interrupted" },
      },
    };
  }

  #storeFailed({ method }: OnceRequest, error: unknown): ErrorBody {
    const name = `${method.service}.${method.name}`;
    if (RpcError.is(error))
      return { ...toErrorBody(error, "not-executed"), message: `${name}: ${error.message}` };
    this.#options.failures.logger.error(
      `${name} was not run, its start could not be recorded: ${String(error)}`,
      "starts that could not be recorded",
    );
    return {
      code: "internal",
      message: `${name} was not run: its start could not be recorded`,
      outcome: "not-executed",
    };
  }
}

function describe(known: RememberedCall | undefined, rememberedForMs: number): OutcomeState {
  if (known === undefined) return { state: "not-found", rememberedForMs };
  return known.answer === undefined
    ? { state: "interrupted" }
    : { state: "executed", ...decodeAnswer(known.answer) };
}

// A result that cannot travel is an error for everybody, now and later.
function encodeAnswer(
  name: string,
  answer: Answer,
  limits: Limits,
  failures: FailureReport,
): { bytes: Uint8Array; told: Answer } {
  try {
    return { bytes: encode(answer, limits), told: answer };
  } catch (error) {
    const told: Answer = {
      error:
        "error" in answer
          ? withoutUnsendable(answer.error, limits).body
          : describeUnsendable(name, error, failures),
    };
    return { bytes: encode(told, limits), told };
  }
}

function decodeAnswer(bytes: Uint8Array): Answer {
  const answer = decodeValue(bytes, 0, bytes.length) as Answer;
  return "error" in answer ? answer : { value: answer.value };
}

function encode(value: unknown, limits: Limits): Uint8Array {
  const sink = new ByteSink(256);
  // One level more than a value by itself: it is wrapped.
  encodeValue(sink, value, { maxDepth: limits.maxDepth + 4, maxNodes: limits.maxNodes + 16 });
  return sink.bytes.slice(0, sink.position);
}

function otherArguments({ method }: OnceRequest): ErrorBody {
  return {
    code: "failed_precondition",
    message: `${method.service}.${method.name}: this key was used with other arguments; a key is for one thing to be done, make another`,
    outcome: "not-executed",
  };
}

function leftBefore({ method }: OnceRequest): ErrorBody {
  return {
    code: "cancelled",
    message: `${method.service}.${method.name}: given up before it ran`,
    outcome: "not-executed",
  };
}
