import type { Attributes } from "@opentelemetry/api";
import type { Call } from "@rpc/core";

/** The names of OpenTelemetry's conventions for RPC, as stable since 1.45. */
export const names = {
  system: "rpc.system.name",
  method: "rpc.method",
  statusCode: "rpc.status_code",
  errorType: "error.type",
  clientAddress: "client.address",
  clientPort: "client.port",
  clientDuration: "rpc.client.call.duration",
  serverDuration: "rpc.server.call.duration",
  /** Of ours: whether a call that failed had run, `not-executed`, `executed` or `unknown`. */
  outcome: "rpc.outcome",
} as const;

/** Bounds of the duration histograms in seconds, as the conventions advise. */
export const durationBounds: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** What every span and measurement of a call says. Bounded: names of methods are names in a program. */
export function describeCall({ service, method }: Call, added: Attributes): Attributes {
  return { ...added, [names.system]: "@rpc", [names.method]: `${service}/${method}` };
}

/** The name of a call's spans. */
export function spanName({ service, method }: Call): string {
  return `${service}/${method}`;
}
