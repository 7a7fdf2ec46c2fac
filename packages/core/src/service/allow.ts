import type { CallContext, Caller } from "../call.js";
import { describeValue } from "./names.js";

/**
 * Says who may call a method: only `true` allows. It is given the call's context, then the arguments as they came, with
 * null where one is a stream or a callback.
 *
 * Rules decide at once, so that calls and events keep their order: what has to be looked up belongs in `authenticate`,
 * which puts it into the identity.
 */
// biome-ignore lint/suspicious/noExplicitAny: it is given the arguments of a method of every signature
export type CallRule = (context: CallContext, ...args: any[]) => boolean;

/** Says who gets an event's publications of a topic: only `true` allows. */
export type TopicRule = (caller: Caller, topic: string) => boolean;

/** Says who may call and hear what of a service has no rule of its own. */
export type ServiceRule = (caller: Caller) => boolean;

/** Throws `TypeError` for a rule that could never allow anything: what is no function, or one that answers later. */
export function checkAllow(what: string, allow: unknown): void {
  if (allow === undefined) return;
  if (typeof allow !== "function")
    throw new TypeError(`${what}: allow must be a function, got ${describeValue(allow)}`);
  if (Object.prototype.toString.call(allow) === "[object AsyncFunction]")
    throw new TypeError(
      `${what}: allow is async, but rules decide at once; look up in authenticate what it needs, and put it into the identity`,
    );
}
