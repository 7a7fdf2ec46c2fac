import { DeclaredError, type DeclaredErrorClass } from "../declared-error.js";
import { type ErrorCode, errorCodes, type Outcome, RpcError } from "../errors.js";
import { type Fields, isMap } from "./fields.js";
import type { ErrorBody } from "./frame.js";
import { ProtocolError } from "./protocol-error.js";

const codes = new Set<string>(errorCodes);
const outcomes = new Set<string>(["not-executed", "executed", "unknown"]);

/**
 * What of an error travels. Empty fields are left out.
 *
 * The types of its fields bind nobody at run time, and a peer takes a malformed error for a broken protocol: so a code
 * that does not exist becomes `unknown`, and a fraction of a millisecond a whole one.
 */
export function toErrorBody(error: RpcError, outcome: Outcome = error.outcome): ErrorBody {
  const { code, message, details, retryAfterMs, errorId } = error;
  return {
    code: codes.has(code) ? code : "unknown",
    message: String(message),
    outcome: outcomes.has(outcome) ? outcome : "unknown",
    details,
    retryAfterMs: toWholeMs(retryAfterMs),
    errorId: errorId === undefined ? undefined : String(errorId),
  };
}

function toWholeMs(ms: number | undefined): number | undefined {
  const whole = Math.ceil(ms as number);
  return Number.isSafeInteger(whole) && whole >= 0 ? whole : undefined;
}

/** The error that a body stands for; a declared one as its class where `classes` knows it. */
export function fromErrorBody(
  body: ErrorBody,
  classes?: Readonly<Record<string, DeclaredErrorClass>>,
): RpcError {
  const { code, message, outcome, details, retryAfterMs, errorId, name, fields } = body;
  const options = {
    outcome,
    ...(details === undefined ? {} : { details }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(errorId === undefined ? {} : { errorId }),
  };
  if (name === undefined) return new RpcError(code, message, options);
  const Declared = classes !== undefined && Object.hasOwn(classes, name) ? classes[name]! : DeclaredError;
  return new Declared({ ...options, code, message, name, fields: fields ?? {} });
}

/** What of an error is written, as a map. */
export function errorFields(body: ErrorBody): Record<string, unknown> {
  const { code, message, outcome, details, retryAfterMs, errorId, name, fields } = body;
  return { code, message: toWellFormed(message), outcome, details, retryAfterMs, errorId, name, fields };
}

// A message may quote anything, half a surrogate pair too, and must arrive all the same.
function toWellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Reads the body of an error off the wire. Throws `ProtocolError`. */
export function readErrorBody(fields: Fields): ErrorBody {
  const code = fields.string("code");
  const outcome = fields.string("outcome");
  if (!codes.has(code))
    throw new ProtocolError(`error with the unknown code ${JSON.stringify(code.slice(0, 40))}`);
  if (!outcomes.has(outcome))
    throw new ProtocolError(`error with the unknown outcome ${JSON.stringify(outcome.slice(0, 40))}`);
  const declared = fields.any("fields");
  if (declared !== undefined && !isMap(declared)) {
    throw new ProtocolError("error.fields: expected a map");
  }
  return {
    code: code as ErrorCode,
    message: fields.string("message"),
    outcome: outcome as Outcome,
    details: fields.any("details"),
    retryAfterMs: fields.any("retryAfterMs") === undefined ? undefined : fields.count("retryAfterMs"),
    errorId: fields.optionalString("errorId"),
    name: fields.optionalString("name"),
    fields: declared,
  };
}
