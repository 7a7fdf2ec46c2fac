import { type ErrorCode, RpcError } from "../errors.js";

/** An error of a call that was never sent. */
export function notExecuted(code: ErrorCode, message: string, cause?: unknown): RpcError {
  return new RpcError(code, message, { outcome: "not-executed", cause });
}
