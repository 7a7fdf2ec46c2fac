/**
 * The entry for browsers: a client, and nothing that needs Node or `reflect-metadata`.
 *
 * Services are decorated and served elsewhere; here they are called.
 */
export type { AmbientContext } from "./ambient-context.js";
export type { Call, CallContext, CallOptions, Metadata } from "./call.js";
export type { CallOutcome } from "./client/call-outcome.js";
export { Client } from "./client/client.js";
export type { ClientOptions } from "./client/client-options.js";
export type { ClientPart } from "./client/client-part.js";
export type { ClientStats } from "./client/client-stats.js";
export { connect } from "./client/connect-page.js";
export type { ClientState } from "./client/connector.js";
export type { DeliveredEvent, EventItem, Gap, Mark, RemovedKey } from "./client/event-item.js";
export { events } from "./client/events.js";
export { everything } from "./client/every-part.js";
export { nesting } from "./client/nesting.js";
export { oneway } from "./client/oneway.js";
export { outcomes } from "./client/outcomes.js";
export { proxy } from "./client/proxies.js";
export type { Remote } from "./client/proxy.js";
export { refresh } from "./client/refresh.js";
export type { EventPosition, RemoteEvent, SubscribeOptions, Subscription } from "./client/remote-event.js";
export type { RemoteStream } from "./client/remote-stream.js";
export { streams } from "./client/streams.js";
export { type ErrorCode, type Outcome, RpcError, type RpcErrorOptions } from "./errors.js";
export type { Interceptor } from "./interceptor.js";
export { defaultLimits, type Limits } from "./limits.js";
export type { Logger } from "./logger.js";
export type { GeneratedClient, ServiceCaller, ServiceDescription } from "./service-caller.js";
export type { Peer, Transport } from "./transport.js";
