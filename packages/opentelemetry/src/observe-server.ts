import { type Attributes, type BatchObservableResult, type Meter, metrics } from "@opentelemetry/api";
import type { Server } from "@rpc/core";

/** What `observeServer` may be told. */
export interface ObserveOptions {
  /** Default: that of the provider which is registered now. */
  readonly meter?: Meter;
  /** Added to every measurement. */
  readonly attributes?: Attributes;
}

/**
 * Measures `server.stats()` whenever metrics are collected: connections, sessions, running calls, subscriptions, events
 * that wait for clients, events clients were too slow for, and bytes not acknowledged, each over all sessions.
 *
 * Returns what ends it.
 */
export function observeServer(server: Pick<Server, "stats">, options: ObserveOptions = {}): () => void {
  const meter = options.meter ?? metrics.getMeter("@rpc/opentelemetry");
  const gauge = (name: string, description: string, unit: string) =>
    meter.createObservableGauge(`rpc.server.${name}`, { description, unit });
  const gauges = {
    connections: gauge("connections", "Open connections.", "{connection}"),
    sessions: gauge("sessions", "Sessions, with a connection or waiting for one.", "{session}"),
    runningCalls: gauge("running_calls", "Calls that run now.", "{call}"),
    subscriptions: gauge("subscriptions", "Subscriptions of all sessions.", "{subscription}"),
    queuedEvents: gauge("queued_events", "Events that wait for clients.", "{event}"),
    droppedEvents: gauge("dropped_events", "Events that the sessions of now were too slow for.", "{event}"),
    sendBufferBytes: gauge("send_buffer", "Bytes sent and not acknowledged.", "By"),
  };
  const { attributes = {} } = options;
  const observe = (result: BatchObservableResult) => {
    const { connections, runningCalls, sessions } = server.stats();
    const sum = (name: "subscriptions" | "queuedEvents" | "droppedEvents" | "sendBufferBytes") =>
      sessions.reduce((total, session) => total + session[name], 0);
    result.observe(gauges.connections, connections, attributes);
    result.observe(gauges.sessions, sessions.length, attributes);
    result.observe(gauges.runningCalls, runningCalls, attributes);
    for (const name of ["subscriptions", "queuedEvents", "droppedEvents", "sendBufferBytes"] as const) {
      result.observe(gauges[name], sum(name), attributes);
    }
  };
  const observed = Object.values(gauges);
  meter.addBatchObservableCallback(observe, observed);
  return () => meter.removeBatchObservableCallback(observe, observed);
}
