import type { DeclaredErrorClass } from "../declared-error.js";
import type { RpcError } from "../errors.js";
import { fromErrorBody } from "../wire/error-frame.js";
import type { OutcomeFrame } from "../wire/frame.js";

/**
 * What a server knows of a key of a once method.
 *
 * `interrupted`: it started and its process died, so it may or may not have done its work; the framework never runs it
 * again by itself. `not-found`: within the last `rememberedForMs` no call with this key was started; that says nothing
 * about longer ago, nor about a call that is still under way.
 */
export type CallOutcome =
  | { readonly state: "running" }
  | { readonly state: "executed"; readonly value: unknown }
  | { readonly state: "executed"; readonly error: RpcError }
  | { readonly state: "interrupted" }
  | { readonly state: "not-found"; readonly rememberedForMs: number };

/** Reads the answer of a server. */
export function toCallOutcome(
  frame: OutcomeFrame,
  errors: Readonly<Record<string, DeclaredErrorClass>> | undefined,
): CallOutcome {
  switch (frame.state) {
    case "executed":
      if (frame.error !== undefined) return { state: "executed", error: fromErrorBody(frame.error, errors) };
      return { state: "executed", value: frame.value };
    case "not-found":
      return { state: "not-found", rememberedForMs: frame.rememberedForMs ?? 0 };
    default:
      return { state: frame.state };
  }
}
