import type { Random } from "./clock.js";
import { type Outcome, RpcError } from "./errors.js";
import { toHex } from "./hex.js";
import type { KindLogger } from "./logger.js";
import type { DeclaredErrorSource } from "./service/expose.js";
import { toErrorBody } from "./wire/error-frame.js";
import type { ErrorBody } from "./wire/frame.js";

/** What tells failures to callers and to the operator. */
export interface FailureReport {
  readonly logger: KindLogger;
  readonly random: Random;
  /** Sends the message of an unexpected error to the caller: for development. */
  readonly exposeErrors: boolean;
}

const ownFields = new Set([
  "name",
  "message",
  "stack",
  "cause",
  "code",
  "outcome",
  "details",
  "retryAfterMs",
  "errorId",
]);

/**
 * What a caller learns of something a method threw.
 *
 * `outcome` is `executed` unless an interceptor threw before the method was reached. An `RpcError` goes as it is, a declared one with its name and fields. Anything else becomes `internal` with an id
 * that one line of the log has too: no stack, path or message of the application leaves the process.
 */
export function describeFailure(
  name: string,
  error: unknown,
  throws: ReadonlyMap<DeclaredErrorSource, string>,
  { logger, random, exposeErrors }: FailureReport,
  outcome: Outcome = "executed",
): ErrorBody {
  try {
    for (const [type, wireName] of throws) {
      if (error instanceof type)
        return { ...toErrorBody(error, outcome), name: wireName, fields: readFields(error) };
    }
    if (RpcError.is(error)) return toErrorBody(error, outcome);
  } catch {
    // A getter of the error threw: then it is as unexpected as any other.
  }
  const errorId = toHex(random.bytes(8));
  const logged = logger.error(
    `${name} failed, error id ${errorId}: ${print(error, "stack")}`,
    `failures of ${name}`,
  );
  const inner = exposeErrors && error instanceof Error ? `: ${print(error, "message")}` : "";
  return {
    code: "internal",
    message: `${name}: internal error (${whereToLook(errorId, logged)})${inner}`,
    outcome,
    errorId,
  };
}

/**
 * What a caller learns of a result that cannot be sent; the log has all of it.
 *
 * The framework's own reason tells a path into the result and no value of it. What a getter threw stays here.
 */
export function describeUnsendable(
  name: string,
  reason: unknown,
  { logger, random, exposeErrors }: FailureReport,
): ErrorBody {
  const error = RpcError.from(reason, "internal");
  const { code, message } = error;
  const kind = `results of ${name} that cannot be sent`;
  if (code === "resource_exhausted") {
    logger.error(`the result of ${name} cannot be sent: ${message}`, kind);
    return {
      code,
      message: `${name} ran, but its reply is too large: ${message}; raise it at the client, or answer in parts`,
      outcome: "executed",
    };
  }
  const errorId = toHex(random.bytes(8));
  const logged = logger.error(`the result of ${name} cannot be sent, error id ${errorId}: ${message}`, kind);
  const inner = error.cause === undefined || exposeErrors ? message : "reading it failed";
  return {
    code: "internal",
    message: `${name} ran, but its result cannot travel: ${inner} (${whereToLook(errorId, logged)})`,
    outcome: "executed",
    errorId,
  };
}

function whereToLook(errorId: string, logged: unknown): string {
  if (logged === null) return `error id ${errorId}; nothing says more, as the server was given no logger`;
  return logged === false
    ? `error id ${errorId}; one of too many to log`
    : `error id ${errorId}; the server's log has it`;
}

// Anything can be thrown, also what cannot be printed.
function print(error: unknown, part: "stack" | "message"): string {
  try {
    return error instanceof Error ? String(error[part] ?? error.message) : String(error);
  } catch {
    return "what it threw cannot be printed";
  }
}

function readFields(error: RpcError): Record<string, unknown> {
  return Object.fromEntries(Object.entries(error).filter(([field]) => !ownFields.has(field)));
}
