import type { CallOptions } from "../call.js";
import type { Event } from "../service/event.js";
import { refuseName } from "../service/names.js";
import type { ServiceCaller } from "../service-caller.js";
import type { CallOutcome } from "./call-outcome.js";
import type { RemoteEvent } from "./remote-event.js";
import type { RemoteStream } from "./remote-stream.js";

/**
 * A service as its callers see it, made from the type of its class: for one repository and for tests.
 *
 * It cannot see decorators: members that are not exposed show up and fail when called, and a method that asks for its
 * context still shows that parameter. Generated clients have neither flaw.
 */
export type Remote<Service> = {
  readonly [Member in keyof Service]: Service[Member] extends (...args: infer Args) => infer Result
    ? RemoteMethod<RemoteArgs<Args>, Result>
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
 * A method as its callers see it.
 *
 * A method that answers with a stream has `stream`, and is not callable: a proxy cannot know at run time which it is,
 * so the program says it. A method without a result has `oneway` beside being callable.
 */
export type RemoteMethod<Args extends readonly unknown[], Result> =
  IsAnyOrNever<Awaited<Result>> extends true
    ? (...args: Args) => Promise<Awaited<Result>>
    : Awaited<Result> extends AsyncIterable<infer Item>
      ? { stream(...args: Args): RemoteStream<Item> }
      : // biome-ignore lint/suspicious/noConfusingVoidType: it asks whether a method returns nothing
        [Awaited<Result>] extends [void]
        ? { (...args: Args): Promise<void>; oneway(...args: Args): Promise<void> }
        : (...args: Args) => Promise<Awaited<Result>>;

type IsAnyOrNever<Type> = 0 extends 1 & Type ? true : [Type] extends [never] ? true : false;

/** Arguments as a caller may pass them: a callback may answer at once where the service awaits it. */
export type RemoteArgs<Args extends readonly unknown[]> = {
  [Index in keyof Args]: Args[Index] extends (...args: infer Given) => infer Result
    ? (...args: Given) => Result | Awaited<Result>
    : Args[Index];
};

/**
 * A proxy that turns any member name into a call, or, when `subscribe`, `stream` or `oneway` is asked of it, into an event,
 * a call answered by a stream, or a one-way call.
 *
 * It is never a thenable, so that it can be returned from an async function.
 */
export function createProxy(caller: ServiceCaller): object {
  const members = new Map<string, unknown>();
  return new Proxy(Object.create(null) as object, {
    get(_, name) {
      if (typeof name === "symbol") return undefined;
      const known = members.get(name);
      if (known !== undefined) return known;
      if (name === "$with") return (options: CallOptions) => createProxy(caller.with(options));
      if (name === "$outcome") return (method: string, key: string) => caller.outcome(method, key);
      // `then`, `toJSON` and what else code asks of any object: no service can have them, so neither has the proxy.
      if (refuseName(name) !== undefined) return undefined;
      const member = createMember(caller, name);
      members.set(name, member);
      return member;
    },
    set(_, name) {
      throw new TypeError(`${String(name)} of a remote service cannot be set from here`);
    },
  });
}

function createMember(caller: ServiceCaller, name: string): unknown {
  const call = (...args: unknown[]) => caller.call(name, args);
  const stream = (...args: unknown[]) => caller.stream(name, args);
  const oneway = (...args: unknown[]) => caller.oneway(name, args);
  return Object.assign(call, { stream, oneway }, caller.event(name));
}
