import { RpcError } from "../errors.js";
import { checkOptions, describeValue } from "../service/names.js";
import type { EventItem } from "./event-item.js";
import type { SubscribeOptions } from "./remote-event.js";

/** What a program gives `subscribe`: a listener, options, or both. */
export type SubscribeArgs = [
  prefix?: string,
  listenerOrOptions?: ((item: EventItem<unknown>) => unknown) | SubscribeOptions,
  optionsAfterListener?: SubscribeOptions,
];

/** What a program asks for. */
export interface SubscribeRequest {
  readonly service: string;
  readonly event: string;
  readonly prefix: string;
  readonly listener: ((item: EventItem<unknown>) => unknown) | undefined;
  readonly from: NonNullable<SubscribeOptions["from"]>;
  readonly maxRate?: number | undefined;
}

/** What `subscribe` was asked for. Throws `TypeError` or `RpcError` for what makes no sense. */
export function toSubscribeRequest(
  service: string,
  event: string,
  [prefix = "", listenerOrOptions, optionsAfterListener]: SubscribeArgs,
): SubscribeRequest {
  refuseListener(`${service}.${event}`, listenerOrOptions, optionsAfterListener);
  const listener = typeof listenerOrOptions === "function" ? listenerOrOptions : undefined;
  const options = (typeof listenerOrOptions === "object" ? listenerOrOptions : optionsAfterListener) ?? {};
  checkOptions("subscribe", options, ["from", "maxRate"]);
  const from = checkFrom(options.from ?? "now");
  const maxRate = checkMaxRate(options.maxRate);
  return { service, event, prefix, listener, from, maxRate };
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
