/** Why a call failed: the gRPC names, in lower snake case. The set is closed; an application says more in `details`. */
export type ErrorCode = (typeof errorCodes)[number];

/**
 * What is known about a call that failed.
 *
 * `not-executed`: proved, the handler never ran. `executed`: it ran, and this is its error.
 * `unknown`: the call was sent and its answer is lost, so it may or may not have run.
 */
export type Outcome = "not-executed" | "executed" | "unknown";

/** What an `RpcError` may say besides its code and message. */
export interface RpcErrorOptions {
  /** Default `unknown`, which claims nothing. */
  readonly outcome?: Outcome;
  /** What the application adds, anything that can travel. */
  readonly details?: unknown;
  /** Milliseconds after which trying again makes sense. */
  readonly retryAfterMs?: number;
  /** Id that matches one log line of the server. */
  readonly errorId?: string;
  readonly cause?: unknown;
}

/** All codes an `RpcError` can have. */
export const errorCodes = [
  "cancelled",
  "unknown",
  "invalid_argument",
  "deadline_exceeded",
  "not_found",
  "already_exists",
  "permission_denied",
  "resource_exhausted",
  "failed_precondition",
  "aborted",
  "out_of_range",
  "unimplemented",
  "internal",
  "unavailable",
  "data_loss",
  "unauthenticated",
] as const;

const knownCodes: ReadonlySet<unknown> = new Set(errorCodes);

// Two copies of this package may be loaded in one process, so a brand tells an RpcError, not the class.
const brand = Symbol.for("@rpc/core.error");

/**
 * The one error that calls reject with.
 *
 * Errors that a method declares extend it. Test with `RpcError.is`, never with `instanceof` alone.
 */
export class RpcError extends Error {
  readonly code: ErrorCode;
  readonly outcome: Outcome;
  declare readonly details?: unknown;
  declare readonly retryAfterMs?: number;
  declare readonly errorId?: string;

  /** @throws TypeError for a code that does not exist: the peer would take it for a broken protocol. */
  constructor(code: ErrorCode, message: string, options: RpcErrorOptions = {}) {
    if (!knownCodes.has(code))
      throw new TypeError(`unknown error code ${String(code)}; known are ${errorCodes.join(", ")}`);
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "RpcError";
    this.code = code;
    this.outcome = options.outcome ?? "unknown";
    if (options.details !== undefined) this.details = options.details;
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
    if (options.errorId !== undefined) this.errorId = options.errorId;
  }

  get [brand](): true {
    return true;
  }

  /** Tells an `RpcError`, also one of another copy of this package; with `code`, one of that code. */
  static is(value: unknown, code?: ErrorCode): value is RpcError {
    if (typeof value !== "object" || value === null || !(brand in value)) return false;
    return code === undefined || (value as RpcError).code === code;
  }

  /** Returns `reason` if it is an `RpcError` already, else wraps it, keeping it as `cause`. */
  static from(reason: unknown, code: ErrorCode, options: RpcErrorOptions = {}): RpcError {
    if (RpcError.is(reason)) return reason;
    const message = reason instanceof Error ? reason.message : String(reason);
    return new RpcError(code, message, { ...options, cause: reason });
  }
}
