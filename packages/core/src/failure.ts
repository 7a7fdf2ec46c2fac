import type { Random } from "./clock.js";
import { type Outcome, RpcError } from "./errors.js";
import { toHex } from "./hex.js";
import type { Logger } from "./logger.js";
import type { DeclaredErrorSource } from "./service/expose.js";
import { toErrorBody } from "./wire/error-frame.js";
import type { ErrorBody } from "./wire/frame.js";

/** What tells failures to callers and to the operator. */
export interface FailureReport {
  readonly logger: Logger;
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
  logger.error(`${name} failed, error id ${errorId}: ${print(error, "stack")}`);
  const inner = exposeErrors && error instanceof Error ? `: ${print(error, "message")}` : "";
  const message = `${name}: internal error (error id ${errorId}; the server's log has it)${inner}`;
  return { code: "internal", message, outcome, errorId };
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
