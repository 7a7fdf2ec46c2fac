import type { ErrorCode } from "../errors.js";
import { shorten } from "../service/names.js";
import { refuseKey } from "../service/once.js";
import type { RegisteredMethod } from "../service/registry.js";
import type { CallFrame, CallTarget, ErrorBody } from "../wire/frame.js";

/** Why a call does not reach its method. */
export function refuse(code: ErrorCode, message: string): ErrorBody {
  return { code, message, outcome: "not-executed" };
}

/** Tells what is wrong with a call's key; a key that nobody would remember is as wrong as one that is missing. */
export function refuseKeyOf({ options }: RegisteredMethod, { key, extras }: CallFrame): string | undefined {
  if (options.once === undefined) {
    return key === undefined
      ? undefined
      : "it is no once method, so the key would protect nothing: leave it out, or expose the method with once";
  }
  if (extras !== undefined)
    return "it is a once method, whose outcome is remembered: it takes and gives values, no streams and no callbacks";
  return key === undefined
    ? "it is a once method: pass $with({ key }), made once for what is to be done"
    : refuseKey(key);
}

/** What a call named, for messages: it comes off the wire, so it is shortened. */
export function nameOfTarget(target: CallTarget): string {
  return "method" in target ? shorten(`${target.service}.${target.method}`) : `number ${target.member}`;
}

/** `Person.changeName`, for messages. */
export function nameOfMethod({ service, name }: RegisteredMethod): string {
  return `${service}.${name}`;
}
