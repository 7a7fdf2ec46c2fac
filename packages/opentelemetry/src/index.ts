export { type ObserveOptions, observeServer } from "./observe-server.js";
export type { TelemetryOptions } from "./telemetry.js";
export { traceClient } from "./trace-client.js";
export { traceServer } from "./trace-server.js";
