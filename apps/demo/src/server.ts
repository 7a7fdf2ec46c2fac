#!/usr/bin/env node
import { once } from "node:events";
import { type DemoServer, openServer } from "./open-server.js";
import { createTransports, readUrl } from "./places.js";
import { Mistake, runProgram } from "./program.js";
import type { Listening } from "./server-process.js";

const examplePort = 9464;
const metricsHint = `Started with --metrics ${examplePort}, it also tells its numbers to Prometheus.\n`;

await runProgram("demo server", async (signal) => {
  const port = readMetricsPort(process.argv.slice(2));
  // Loaded only when asked for: the demo starts without it.
  const metrics = port === undefined ? undefined : await (await import("./metrics.js")).openMetrics(port);
  const server = await openServer(readUrl(process.env), createTransports(), metrics?.watch);
  const started = process.send !== undefined;
  if (started) process.send?.({ type: "listening", url: server.url } satisfies Listening);
  else process.stdout.write(introduce(server) + (metrics?.introduction ?? metricsHint));
  if (!signal.aborted) {
    // Who started this process is gone when the channel to it is: then there is nobody left to serve.
    await Promise.race([once(signal, "abort"), ...(started ? [once(process, "disconnect")] : [])]);
  }
  await server.close();
  await metrics?.close();
  if (!started) process.stdout.write("closed\n");
  if (process.connected) process.disconnect();
});

function readMetricsPort(words: readonly string[]): number | undefined {
  const given = words.filter((word) => word !== "--");
  if (given.length === 0) return undefined;
  const [name, port = "", ...more] = given;
  if (name === "--metrics" && /^\d{1,5}$/.test(port) && Number(port) < 65_536 && more.length === 0)
    return Number(port);
  throw new Mistake(
    `expected --metrics <port>, got ${given.join(" ")}; for example: demo:server --metrics ${examplePort}`,
  );
}

function introduce({ url }: DemoServer): string {
  return [
    `The demo's server listens at ${url}. Ctrl-C closes it.`,
    "",
    "In a second terminal:",
    "",
    `  RPC_URL=${url} npx pnpm@12 demo:client`,
    "",
    ...(url.startsWith("zmq") ? introducePython(url) : []),
    "",
  ].join("\n");
}

function introducePython(url: string): string[] {
  const endpoint = url.replace(/^zmq\+ipc:/, "ipc://").replace(/^zmq:/, "tcp:");
  return [
    "Or in Python, with pyzmq and msgpack:",
    "",
    "  import msgpack, zmq",
    "  socket = zmq.Context().socket(zmq.REQ)",
    `  socket.connect("${endpoint}")`,
    '  socket.send(msgpack.packb(["Person.getName", []]))',
    "  print(msgpack.unpackb(socket.recv()))",
    "",
  ];
}
