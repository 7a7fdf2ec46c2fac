/** The attacked server, in a process of its own. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { type Limits, type Logger, type Server, serve } from "@rpc/core";
import { switchScan } from "@rpc/core/testing";
import { tcp } from "@rpc/transport-tcp";
import { ws } from "@rpc/transport-ws";
import { zmq } from "@rpc/transport-zmq";
import { answerParent } from "../answer-parent.js";
import { Target } from "../attacks/target.js";
import { Everything } from "../fuzz/everything.js";

export interface AttackedServerOptions {
  /** Without scan and limits. */
  readonly bare: boolean;
  /** Default: TCP and ZeroMQ. */
  readonly listen?: readonly string[];
  /** Over those of the attacked server. */
  readonly limits?: Partial<Limits>;
}

/** What the server says of itself. */
export interface AttackedState {
  readonly connections: number;
  readonly sessions: number;
  readonly runningCalls: number;
  readonly rssBytes: number;
  /** Lines of the log since the start. */
  readonly lines: number;
  /** Rejections and exceptions that nobody handled, since the start. */
  readonly unhandled: number;
  /** Longest time that the event loop stood still since the last question. */
  readonly stallMs: number;
}

const defaultUrls = ["tcp://127.0.0.1:0", "zmq://127.0.0.1:0"];

// Short where an attack waits for them, low where it has to reach them; the others as they are by default.
const limits: Partial<Limits> = {
  handshakeTimeoutMs: 1_000,
  packetTimeoutMs: 1_000,
  sessionRetentionMs: 3_000,
  maxConnections: 600,
  maxSessions: 600,
  maxTopics: 100,
};
const most = 2 ** 30;
const bareLimits: Partial<Limits> = {
  maxPacketBytes: most,
  maxDepth: 512,
  maxNodes: most,
  maxRunningCalls: most,
  maxRunningCallsInAll: most,
  maxStreams: most,
  maxSubscriptions: most,
  maxCallbacks: most,
  maxMetadataBytes: most,
  maxConnections: most,
  maxSessions: most,
  maxTopics: most,
  sendBufferBytes: most,
  totalSendBufferBytes: most,
  handshakeTimeoutMs: most,
  packetTimeoutMs: most,
};

let lines = 0;
let unhandled = 0;
const count = () => {
  lines += 1;
};
const logger: Logger = { debug: count, info: count, warn: count, error: count };
for (const event of ["unhandledRejection", "uncaughtException"] as const)
  process.on(event, () => {
    unhandled += 1;
  });
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();

let server: Server;

answerParent({
  async start({
    bare,
    listen = defaultUrls,
    limits: given,
  }: AttackedServerOptions): Promise<readonly string[]> {
    if (bare) switchScan(false);
    server = await serve([new Target(), new Everything()], {
      transports: [tcp(), ws(), zmq()],
      listen,
      limits: { ...(bare ? bareLimits : limits), ...given },
      logger,
    });
    return server.urls;
  },
  memory(): AttackedState {
    globalThis.gc?.();
    return state();
  },
  state,
});

function state(): AttackedState {
  const { connections, sessions, runningCalls } = server.stats();
  const stallMs = delay.max / 1e6;
  delay.reset();
  const rssBytes = process.memoryUsage.rss();
  return { connections, sessions: sessions.length, runningCalls, rssBytes, lines, unhandled, stallMs };
}
