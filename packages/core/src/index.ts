// For applications.
export type { AmbientContext } from "./ambient-context.js";
export type { Call, CallContext, Caller, CallOptions, Metadata } from "./call.js";
export { release } from "./callback/release.js";
export type { CallOutcome } from "./client/call-outcome.js";
export { Client } from "./client/client.js";
export type { ClientOptions } from "./client/client-options.js";
export type { ClientPart } from "./client/client-part.js";
export type { ClientStats } from "./client/client-stats.js";
export { connect } from "./client/connect.js";
export type { ClientState } from "./client/connector.js";
export type { DeliveredEvent, EventItem, Gap, Mark, RemovedKey } from "./client/event-item.js";
export type { Freshness } from "./client/freshness.js";
export type { Remote, RemoteArgs, RemoteMethod } from "./client/proxy.js";
export type { EventPosition, RemoteEvent, SubscribeOptions, Subscription } from "./client/remote-event.js";
export type { RemoteStream } from "./client/remote-stream.js";
// For authors of transports and of generated code.
export { type Clock, type Random, systemClock, systemRandom, type Timer } from "./clock.js";
export { type ErrorCode, type Outcome, RpcError, type RpcErrorOptions } from "./errors.js";
export type { Interceptor } from "./interceptor.js";
export { defaultLimits, type Limits } from "./limits.js";
export type { Logger } from "./logger.js";
export type { Authenticate } from "./server/authenticate.js";
export type { MethodStats } from "./server/call-meter.js";
export type { HealthReport, ServerHealth, ServiceHealth, ServiceStatus } from "./server/health.js";
export type { LostSession, OnSessionLost } from "./server/lost-sessions.js";
export type { OutcomeStore, RememberedCall, StartingCall } from "./server/outcome-store.js";
export type { Describe } from "./server/reserved-service.js";
export { sameSecret } from "./server/same-secret.js";
export type { ServeOptions } from "./server/serve-options.js";
export { Server, serve } from "./server/server.js";
export type { EventStats, ServerStats, SessionStats } from "./server/server-stats.js";
export type { SlowSession, StatsReport } from "./server/stats-report.js";
export { type ValidIdentity, validUntil } from "./server/valid-until.js";
export type { CallRule, ServiceRule, TopicRule } from "./service/allow.js";
export type { ValidateOptions } from "./service/boundary.js";
export type { Contract } from "./service/contract.js";
export { Event } from "./service/event.js";
export {
  type EventMark,
  type EventOptions,
  event,
  type HistoryOptions,
  type KeySource,
} from "./service/event-decorator.js";
export { type DeclaredErrorSource, type ExposeOptions, expose, type MethodMark } from "./service/expose.js";
export type { OnceOptions } from "./service/once.js";
export { type ServiceMark, type ServiceOptions, service } from "./service/service.js";
export type { StandardIssue, StandardResult, StandardSchema } from "./service/standard-schema.js";
export type { GeneratedClient, ServiceCaller, ServiceDescription } from "./service-caller.js";
export type { Peer, Transport } from "./transport.js";
export { memory } from "./transports/memory.js";
