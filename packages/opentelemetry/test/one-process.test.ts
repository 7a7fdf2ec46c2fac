import { context, propagation, trace } from "@opentelemetry/api";
import {
  type CallContext,
  type Client,
  connect,
  expose,
  memory,
  RpcError,
  type Server,
  serve,
  service,
} from "@rpc/core";
import { observeServer, traceClient, traceServer } from "@rpc/opentelemetry";
import { afterEach, beforeEach, expect, it } from "vitest";
import { registerSdk, type TestSdk } from "./sdk.js";

@service("Desk")
class Desk {
  @expose({ context: true }) metadata(call: CallContext): unknown {
    return call.metadata;
  }
  @expose() refuse(): void {
    throw new RpcError("not_found", "no such desk");
  }
  @expose() async *forever(): AsyncGenerator<number> {
    for (let tick = 0; ; tick += 1) yield tick;
  }
}

interface DeskClient {
  readonly forever: { stream(): AsyncIterable<number> };
  metadata(): Promise<Record<string, string>>;
  refuse(): Promise<void>;
}

let sdk: TestSdk;
let server: Server;
let client: Client;
let desk: DeskClient;

beforeEach(async () => {
  const transports = [memory()];
  // Before the SDK: programs register it when they like.
  const [forClient, forServer] = [traceClient({ attributes: { "server.address": "desk" } }), traceServer()];
  sdk = registerSdk();
  server = await serve([new Desk()], { transports, listen: "memory:desk", interceptors: [forServer] });
  client = await connect("memory:desk", { transports, interceptors: [forClient] });
  desk = client.service<DeskClient>("Desk");
});
afterEach(async () => {
  await client.close();
  await server.close({ graceMs: 0 });
  sdk.unregister();
});

it("measures calls on both sides, in seconds, by method and status", async () => {
  await desk.metadata();
  await desk.metadata();
  await desk.refuse().catch(() => {});
  const metrics = await sdk.metrics();
  const points = (name: string) =>
    metrics.get(name)!.dataPoints.map(({ attributes, value }) => ({
      ...attributes,
      count: (value as { count: number }).count,
    }));
  expect(metrics.get("rpc.client.call.duration")!.descriptor).toMatchObject({ unit: "s", type: "HISTOGRAM" });
  expect(points("rpc.client.call.duration")).toEqual([
    {
      "server.address": "desk",
      "rpc.system.name": "@rpc",
      "rpc.method": "Desk/metadata",
      "rpc.status_code": "ok",
      count: 2,
    },
    {
      "server.address": "desk",
      "rpc.system.name": "@rpc",
      "rpc.method": "Desk/refuse",
      "rpc.status_code": "not_found",
      "error.type": "not_found",
      count: 1,
    },
  ]);
  expect(points("rpc.server.call.duration")).toEqual([
    { "rpc.system.name": "@rpc", "rpc.method": "Desk/metadata", "rpc.status_code": "ok", count: 2 },
    {
      "rpc.system.name": "@rpc",
      "rpc.method": "Desk/refuse",
      "rpc.status_code": "not_found",
      count: 1,
    },
  ]);
});

it("carries the trace beside what the program put into the metadata, and nothing that breaks the call", async () => {
  const inSpan = <Result>(work: () => Result) => trace.getTracer("test").startActiveSpan("program", work);
  const carried = await inSpan(() =>
    client
      .service<DeskClient & { $with(options: object): DeskClient }>("Desk")
      .$with({ metadata: { desk: "fx" } })
      .metadata(),
  );
  expect(carried).toEqual({
    desk: "fx",
    traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
  });
  const baggage = propagation.createBaggage(
    Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`key${index}`, { value: "x".repeat(60) }])),
  );
  const heavy = await context.with(propagation.setBaggage(context.active(), baggage), () => desk.metadata());
  expect(Object.keys(heavy)).toEqual(["traceparent"]);
});

it("ends the span of a stream that its reader leaves", async () => {
  for await (const tick of desk.forever.stream()) if (tick === 2) break;
  await server.close({ graceMs: 1_000 });
  expect(
    sdk
      .spans()
      .map(({ name, kind }) => `${name} ${kind}`)
      .sort(),
  ).toEqual(["Desk/forever 1", "Desk/forever 2"]);
});

it("observes a server's sessions until it is told to stop", async () => {
  const stop = observeServer(server);
  await desk.metadata();
  const first = await sdk.metrics();
  expect(first.get("rpc.server.sessions")?.dataPoints[0]?.value).toBe(1);
  expect(first.get("rpc.server.connections")?.dataPoints[0]?.value).toBe(1);
  expect(first.get("rpc.server.running_calls")?.dataPoints[0]?.value).toBe(0);
  stop();
});

it("refuses options that it does not know", () => {
  expect(() => traceClient({ tracerProvider: 1 } as object)).toThrow(
    new TypeError("unknown option tracerProvider; known are tracer, meter, attributes"),
  );
});
