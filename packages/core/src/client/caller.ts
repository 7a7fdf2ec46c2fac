import { type CallOptions, type Metadata, noMetadata } from "../call.js";
import { RpcError } from "../errors.js";
import { checkOptions, describeValue } from "../service/names.js";
import type { ServiceCaller, ServiceDescription } from "../service-caller.js";
import type { CallOutcome } from "./call-outcome.js";
import { checkCallOptions } from "./check-call-options.js";
import type { EventItem } from "./event-item.js";
import type { RemoteEvent, SubscribeOptions, Subscription } from "./remote-event.js";
import type { RemoteStream } from "./remote-stream.js";
import type { SubscribeRequest } from "./subscriptions.js";

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
  subscribe(request: SubscribeRequest): Promise<Subscription<unknown>>;
}

const subscribeOptionNames = ["from", "maxRate"];

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
    event: (name) => createRemoteEvent(service.name, name, calling),
    outcome: (method, key) => calling.outcome(service, method, key, options),
    with(added) {
      checkCallOptions(added);
      const metadata = mergeMetadata(options.metadata, added.metadata);
      return createServiceCaller(service, calling, { ...options, ...added, metadata });
    },
  };
}

function createRemoteEvent(service: string, event: string, calling: Calling): RemoteEvent<unknown> {
  return {
    async subscribe(
      prefix = "",
      listenerOrOptions?: ((item: EventItem<unknown>) => unknown) | SubscribeOptions,
      optionsAfterListener?: SubscribeOptions,
    ) {
      refuseListener(`${service}.${event}`, listenerOrOptions, optionsAfterListener);
      const listener = typeof listenerOrOptions === "function" ? listenerOrOptions : undefined;
      const options =
        (typeof listenerOrOptions === "object" ? listenerOrOptions : optionsAfterListener) ?? {};
      checkOptions("subscribe", options, subscribeOptionNames);
      const from = checkFrom(options.from ?? "now");
      const maxRate = checkMaxRate(options.maxRate);
      return calling.subscribe({ service, event, prefix, listener, from, maxRate });
    },
  };
}

function refuseListener(name: string, given: unknown, optionsAfterListener: unknown): void {
  if (given === undefined || typeof given === "function") return;
  const isOptions = typeof given === "object" && given !== null && optionsAfterListener === undefined;
  if (!isOptions)
    throw new TypeError(`${name}: the listener must be a function, got ${describeValue(given)}`);
}

function checkFrom(from: NonNullable<SubscribeOptions["from"]>): NonNullable<SubscribeOptions["from"]> {
  if (from === "now" || from === "oldest") return from;
  if (
    typeof from === "object" &&
    from !== null &&
    typeof from.epoch === "string" &&
    Number.isSafeInteger(from.position) &&
    from.position >= 0
  )
    return from;
  throw new RpcError(
    "invalid_argument",
    'subscribe: expected from to be "now", "oldest" or a stored { epoch, position }',
    { outcome: "not-executed" },
  );
}

function checkMaxRate(maxRate: number | undefined): number | undefined {
  if (maxRate === undefined || (Number.isFinite(maxRate) && maxRate > 0)) return maxRate;
  throw new TypeError(
    `subscribe: maxRate must be a number of items a second above 0, got ${String(maxRate)}`,
  );
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
