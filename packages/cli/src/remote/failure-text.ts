import type { RpcError } from "@rpc/core";
import { toNotation } from "./notation.js";
import { printable } from "./printable.js";

/** What is to be done about a call whose outcome is not known. */
export interface Unknown {
  readonly url: string;
  /** `Service.method`. */
  readonly name: string;
  readonly key?: string | undefined;
  readonly idempotent: boolean;
  /** Whether the contract is known, and with it that the method is not one that takes a key. */
  readonly described: boolean;
}

/** A failed call as `--json` prints it. */
export interface FailureJson {
  readonly code: string;
  readonly outcome: string;
  readonly message: string;
  /** Of an error that the method declares. */
  readonly name?: string;
  readonly fields?: unknown;
  readonly details?: unknown;
  readonly retryAfterMs?: number;
  readonly errorId?: string;
}

/** A failed call for a person: code, message, details, and what is known of its outcome. */
export function failureText(error: RpcError, call?: Unknown): string {
  const { code, message, outcome, details, retryAfterMs, errorId } = error;
  const { fields } = toJson(error);
  const lines = [
    `${nameOf(error) ?? code}: ${message}`,
    ...(fields === undefined ? [] : [`  fields ${JSON.stringify(fields)}`]),
    ...(details === undefined ? [] : [`  details ${JSON.stringify(toNotation(details))}`]),
    ...(retryAfterMs === undefined ? [] : [`  try again after ${retryAfterMs} ms`]),
    // Errors of the framework say it themselves, and whether there is a log at all.
    ...(errorId === undefined || message.includes(errorId)
      ? []
      : [`  the server's log says more: error id ${errorId}`]),
    `  outcome: ${outcomes[outcome]}`,
    ...(outcome === "unknown" && call !== undefined ? [`  ${advice(call)}`] : []),
  ];
  return `${printable(lines.join("\n"))}\n`;
}

/** A failed call for a program. */
export function toJson(error: RpcError): FailureJson {
  const { code, message, outcome, details, retryAfterMs, errorId } = error;
  const name = nameOf(error);
  return {
    code,
    outcome,
    message,
    ...(name !== undefined && { name, fields: toNotation(fieldsOf(error)) }),
    ...(details !== undefined && { details: toNotation(details) }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(errorId !== undefined && { errorId }),
  };
}

const outcomes = {
  "not-executed": "not executed; nothing has happened",
  executed: "executed; this is what it answered",
  unknown: "unknown; it may or may not have run",
} as const;

function advice({ url, name, key, idempotent, described }: Unknown): string {
  if (key !== undefined)
    return `ask what became of it: rpc outcome ${url} ${name} ${key}, or call again with the same --key`;
  if (idempotent) return "it is idempotent: calling it again is safe";
  const look = "look at what it would have changed before you call it again";
  return described ? look : `${look}; --key makes once methods safe to repeat`;
}

// Errors that a method declares come with the name that they have there.
function nameOf(error: RpcError): string | undefined {
  return error.name === "RpcError" ? undefined : error.name;
}

const known = new Set(["code", "outcome", "details", "retryAfterMs", "errorId", "name"]);

function fieldsOf(error: RpcError): Record<string, unknown> {
  return Object.fromEntries(Object.entries(error).filter(([field]) => !known.has(field)));
}
