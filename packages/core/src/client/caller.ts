import { type CallOptions, type Metadata, noMetadata } from "../call.js";
import type { ServiceCaller, ServiceDescription } from "../service-caller.js";
import type { CallOutcome } from "./call-outcome.js";
import { checkCallOptions } from "./check-call-options.js";
import type { Subscription } from "./remote-event.js";
import type { RemoteStream } from "./remote-stream.js";
import type { SubscribeArgs } from "./subscribe-request.js";

/** What calls of a service go through: the client. */
export interface Calling {
  call(
    service: ServiceDescription,
    method: string,
    args: readonly unknown[],
    options: CallOptions,
  ): Promise<unknown>;
  stream(
    service: ServiceDescription,
    method: string,
    args: readonly unknown[],
    options: CallOptions,
  ): RemoteStream<unknown>;
  oneway(
    service: ServiceDescription,
    method: string,
    args: readonly unknown[],
    options: CallOptions,
  ): Promise<unknown>;
  outcome(
    service: ServiceDescription,
    method: string,
    key: string,
    options: CallOptions,
  ): Promise<CallOutcome>;
  subscribe(service: ServiceDescription, event: string, args: SubscribeArgs): Promise<Subscription<unknown>>;
}

/** Binds a client to one service and to the options of `$with`. */
export function createServiceCaller(
  service: ServiceDescription,
  calling: Calling,
  options: CallOptions,
): ServiceCaller {
  return {
    call: (method, args) => calling.call(service, method, withoutTrailingUndefined(args), options),
    stream: (method, args) => calling.stream(service, method, withoutTrailingUndefined(args), options),
    oneway: (method, args) =>
      calling.oneway(service, method, withoutTrailingUndefined(args), options) as Promise<void>,
    event: (name) => ({ subscribe: (...args: SubscribeArgs) => calling.subscribe(service, name, args) }),
    outcome: (method, key) => calling.outcome(service, method, key, options),
    with(added) {
      checkCallOptions(added);
      const metadata = mergeMetadata(options.metadata, added.metadata);
      return createServiceCaller(service, calling, { ...options, ...added, metadata });
    },
  };
}

function mergeMetadata(outer: Metadata | undefined, added: Metadata | undefined): Metadata {
  if (added === undefined) return outer ?? noMetadata;
  return { ...outer, ...added };
}

// `f()` and `f(undefined)` mean the same to a method with a default, so what is not said is not sent.
function withoutTrailingUndefined(args: readonly unknown[]): readonly unknown[] {
  let length = args.length;
  while (length > 0 && args[length - 1] === undefined) length -= 1;
  return length === args.length ? args : args.slice(0, length);
}
