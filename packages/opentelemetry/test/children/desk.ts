import { context, metrics, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { expose, RpcError, serve, service } from "@rpc/core";
import { traceServer } from "@rpc/opentelemetry";
import { tcp } from "@rpc/transport-tcp";

const exporter = new InMemorySpanExporter();
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
);
metrics.disable();

@service("Desk")
class Desk {
  @expose() async price(symbol: string): Promise<number> {
    await trace.getTracer("desk").startActiveSpan("look the price up", async (span) => span.end());
    return symbol.length;
  }
  @expose() refuse(): void {
    throw new RpcError("invalid_argument", "not for sale");
  }
  @expose() crash(): void {
    throw new TypeError("a bug");
  }
  @expose() async *ticks(count: number): AsyncGenerator<number> {
    for (let tick = 1; tick <= count; tick += 1) {
      trace.getTracer("desk").startSpan(`tick ${tick}`).end();
      yield tick;
    }
  }
  @expose() spans(): unknown[] {
    return exporter.getFinishedSpans().map((span) => ({
      name: span.name,
      kind: span.kind,
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
      parent: span.parentSpanContext?.spanId ?? null,
      remote: span.parentSpanContext?.isRemote ?? false,
      status: span.status.code,
      attributes: span.attributes as Record<string, string>,
      exceptions: span.events.map((event) => String(event.attributes?.["exception.message"])),
    }));
  }
}

const server = await serve([new Desk()], {
  transports: [tcp()],
  listen: "tcp://127.0.0.1:0",
  interceptors: [traceServer({ attributes: { "deployment.environment.name": "test" } })],
});
console.log(server.urls[0]);
process.stdin.on("end", () => void server.close({ graceMs: 0 })).resume();
