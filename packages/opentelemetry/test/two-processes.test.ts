import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { type Client, connect } from "@rpc/core";
import { traceClient } from "@rpc/opentelemetry";
import { tcp } from "@rpc/transport-tcp";
import { build } from "vite";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { registerSdk, type TestSdk } from "./sdk.js";

interface SpanOfDesk {
  readonly name: string;
  readonly kind: SpanKind;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | null;
  readonly remote: boolean;
  readonly status: SpanStatusCode;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly exceptions: readonly string[];
}

interface Desk {
  price(symbol: string): Promise<number>;
  refuse(): Promise<void>;
  crash(): Promise<void>;
  readonly ticks: { stream(count: number): AsyncIterable<number> };
  spans(): Promise<SpanOfDesk[]>;
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
// Inside node_modules, so that the built file finds its packages and nothing that is committed changes.
const built = path(`../node_modules/.two-processes-${process.pid}`);

let sdk: TestSdk;
let child: ChildProcess;
let client: Client;
let plain: Client;

beforeAll(async () => {
  sdk = registerSdk();
  await build({
    configFile: false,
    logLevel: "error",
    root: path(".."),
    resolve: {
      alias: [
        { find: /^@rpc\/core\/(\w+)$/, replacement: path("../../core/src/$1.ts") },
        { find: /^@rpc\/core$/, replacement: path("../../core/src/index.ts") },
        { find: "@rpc/transport-tcp", replacement: path("../../transport-tcp/src/index.ts") },
        { find: "@rpc/opentelemetry", replacement: path("../src/index.ts") },
      ],
    },
    build: { ssr: path("children/desk.ts"), outDir: built, target: "node20" },
  });
  child = spawn(process.execPath, [`${built}/desk.js`], { stdio: ["pipe", "pipe", "inherit"] });
  const [url] = (await once(child.stdout!, "data")) as [Buffer];
  client = await connect(String(url).trim(), { transports: [tcp()], interceptors: [traceClient()] });
  plain = await connect(String(url).trim(), { transports: [tcp()] });
});
afterAll(async () => {
  await client?.close();
  await plain?.close();
  child?.stdin?.end();
  if (child !== undefined && child.exitCode === null) await once(child, "exit");
  await rm(built, { recursive: true, force: true });
  sdk.unregister();
});
beforeEach(() => sdk.reset());

/** The spans that the other process finished for a trace of this one. */
async function spansOf(traceId: string): Promise<SpanOfDesk[]> {
  const spans = await plain.service<Desk>("Desk").spans();
  return spans.filter((span) => span.traceId === traceId);
}

it("makes the method's span a child of the caller's, and what the method traces a child of that", async () => {
  expect(await client.service<Desk>("Desk").price("AAPL")).toBe(4);
  const [call] = sdk.spans();
  expect(call).toMatchObject({
    name: "Desk/price",
    kind: SpanKind.CLIENT,
    attributes: { "rpc.system.name": "@rpc", "rpc.method": "Desk/price", "rpc.status_code": "ok" },
  });
  const { traceId, spanId } = call!.spanContext();
  const [inner, served] = await spansOf(traceId);
  expect(served).toMatchObject({
    name: "Desk/price",
    kind: SpanKind.SERVER,
    parent: spanId,
    remote: true,
    attributes: {
      "rpc.system.name": "@rpc",
      "rpc.method": "Desk/price",
      "rpc.status_code": "ok",
      "client.address": "127.0.0.1",
      "client.port": expect.any(Number),
      "deployment.environment.name": "test",
    },
  });
  expect(inner).toMatchObject({ name: "look the price up", parent: served?.spanId });
});

it("counts a caller's mistake against the caller, with its code and outcome", async () => {
  await expect(client.service<Desk>("Desk").refuse()).rejects.toMatchObject({ code: "invalid_argument" });
  const [call] = sdk.spans();
  expect(call).toMatchObject({
    status: { code: SpanStatusCode.ERROR, message: "not for sale" },
    attributes: {
      "rpc.status_code": "invalid_argument",
      "error.type": "invalid_argument",
      "rpc.outcome": "executed",
    },
  });
  const [served] = await spansOf(call!.spanContext().traceId);
  expect(served).toMatchObject({ status: SpanStatusCode.UNSET, exceptions: [] });
  expect(served?.attributes).toMatchObject({ "rpc.status_code": "invalid_argument" });
  expect(served?.attributes).not.toHaveProperty("error.type");
});

it("keeps what a bug said on the server's side", async () => {
  await expect(client.service<Desk>("Desk").crash()).rejects.toMatchObject({ code: "internal" });
  const [call] = sdk.spans();
  expect(JSON.stringify(call!.events)).not.toContain("a bug");
  expect(call!.attributes).toMatchObject({ "error.type": "internal", "rpc.outcome": "executed" });
  const [served] = await spansOf(call!.spanContext().traceId);
  expect(served).toMatchObject({ status: SpanStatusCode.ERROR, exceptions: ["a bug"] });
  expect(served?.attributes).toMatchObject({
    "rpc.status_code": "internal",
    "error.type": "TypeError",
  });
});

it("follows a stream to its end, on both sides", async () => {
  const ticks: number[] = [];
  for await (const tick of client.service<Desk>("Desk").ticks.stream(3)) ticks.push(tick);
  expect(ticks).toEqual([1, 2, 3]);
  const [call] = sdk.spans();
  const spans = await spansOf(call!.spanContext().traceId);
  expect(spans.map(({ name }) => name)).toEqual(["tick 1", "tick 2", "tick 3", "Desk/ticks"]);
  const served = spans.at(-1);
  expect(spans.slice(0, 3).every(({ parent }) => parent === served?.spanId)).toBe(true);
});
