import type { CallOptions } from "../call.js";
import type { Event } from "../service/event.js";
import { refuseName } from "../service/names.js";
import type { ServiceCaller } from "../service-caller.js";
import type { CallOutcome } from "./call-outcome.js";
import type { RemoteEvent } from "./remote-event.js";

/**
 * A service as its callers see it, made from the type of its class: for one repository and for tests.
 *
 * It cannot see decorators: members that are not exposed show up and fail when called, and a method that asks for its
 * context still shows that parameter. Generated clients have neither flaw.
 */
export type Remote<Service> = {
  readonly [Member in keyof Service]: Service[Member] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : Service[Member] extends Event<infer Value>
      ? RemoteEvent<Value>
      : never;
} & {
  /** The same service with these options for every call. */
  $with(options: CallOptions): Remote<Service>;
  /** What became of the call of a once method with that key. */
  $outcome(method: string & keyof Service, key: string): Promise<CallOutcome>;
};

/**
 * A proxy that turns any member name into a call, or, when `subscribe` is asked of it, into an event.
 *
 * It is never a thenable, so that it can be returned from an async function.
 */
export function createProxy(caller: ServiceCaller): object {
  const members = new Map<string, unknown>();
  return new Proxy(Object.create(null) as object, {
    get(_, name) {
      if (name === "$with") return (options: CallOptions) => createProxy(caller.with(options));
      if (name === "$outcome") return (method: string, key: string) => caller.outcome(method, key);
      // `then`, `toJSON` and what else code asks of any object: no service can have them, so neither has the proxy.
      if (typeof name === "symbol" || refuseName(name) !== undefined) return undefined;
      let member = members.get(name);
      if (member === undefined) {
        member = createMember(caller, name);
        members.set(name, member);
      }
      return member;
    },
    set(_, name) {
      throw new TypeError(`${String(name)} of a remote service cannot be set from here`);
    },
  });
}

function createMember(caller: ServiceCaller, name: string): unknown {
  const call = (...args: unknown[]) => caller.call(name, args);
  return Object.assign(call, caller.event(name));
}
