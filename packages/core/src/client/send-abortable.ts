import type { Call } from "../call.js";
import type { RpcError } from "../errors.js";
import { notExecuted } from "./not-executed.js";
import type { OutgoingCall } from "./outgoing-call.js";
import type { PendingCalls } from "./pending-calls.js";

/** Sends a call that its caller's signal cancels; when it is settled nobody listens to the signal any more. */
export function sendAbortable(
  signal: AbortSignal,
  call: Call,
  calls: Pick<PendingCalls, "add" | "abandon">,
  resolve: (value: unknown) => void,
  reject: (error: RpcError) => void,
  create: (resolve: (value: unknown) => void, reject: (error: RpcError) => void) => OutgoingCall,
): void {
  const name = `${call.service}.${call.method}`;
  if (signal.aborted)
    return reject(notExecuted("cancelled", `${name}: cancelled before it was sent`, signal.reason));
  const cancel = () => calls.abandon(pending, "cancelled", `${name}: cancelled by its caller`);
  const settled = () => signal.removeEventListener("abort", cancel);
  const pending = create(
    (value) => {
      settled();
      resolve(value);
    },
    (error) => {
      settled();
      reject(error);
    },
  );
  signal.addEventListener("abort", cancel);
  calls.add(pending);
}
