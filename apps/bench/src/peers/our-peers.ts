import { memory, type Transport } from "@rpc/core";
import type { Peer } from "../peer.js";
import { connectBench, type Promised, serveBench } from "./ours.js";

// Each transport is loaded by its own peer: start-up is measured.
const tcp = async (): Promise<Transport> => (await import("@rpc/transport-tcp")).tcp();
const tcpUrl = () => "tcp://127.0.0.1:0";

/** This framework over each of its transports as a user has it: sessions, scan, deadlines, decorated classes. */
export const ourPeers = {
  tcp: createOurs("tcp", "@rpc over TCP", tcp, tcpUrl),
  unix: createOurs("unix", "@rpc over a unix socket", tcp, () => `unix:/tmp/rpc-bench-${process.pid}.sock`),
  zmq: createOurs(
    "zmq",
    "@rpc over ZeroMQ",
    async () => (await import("@rpc/transport-zmq")).zmq(),
    () => "zmq://127.0.0.1:0",
  ),
  ws: createOurs(
    "ws",
    "@rpc over WebSocket",
    async () => (await import("@rpc/transport-ws")).ws(),
    () => "ws://127.0.0.1:0/rpc",
  ),
  memory: createMemory(),
  "tcp-no-resume": without("resume"),
  "tcp-no-scan": without("scan"),
  "tcp-no-validation": without("validation"),
  "tcp-no-history": without("history"),
} as const satisfies Record<string, Peer>;

function without(promised: Promised): Peer {
  return createOurs(`tcp-no-${promised}`, `@rpc over TCP without ${promised}`, tcp, tcpUrl, promised);
}

function createOurs(
  name: string,
  about: string,
  load: () => Promise<Transport>,
  listen: () => string,
  without?: Promised,
): Peer {
  // One for all connections of a process: each zmq() has a ZeroMQ context of its own.
  let loaded: Promise<Transport> | undefined;
  const setup = async () => {
    loaded ??= load();
    return { transport: await loaded, without };
  };
  return {
    name,
    about,
    serve: async () => serveBench(await setup(), listen()),
    async connect(url) {
      const client = await connectBench(await setup(), url);
      // ZeroMQ's sockets are threads' and files' business of its own.
      return name === "zmq" ? client : { ...client, ownConnection: true };
    },
  };
}

function createMemory(): Peer {
  // Both ends find each other by the transport they share.
  const setup = { transport: memory() };
  return {
    name: "memory",
    about: "@rpc inside one process, values copied",
    oneProcess: true,
    serve: () => serveBench(setup, "memory:bench"),
    connect: (url) => connectBench(setup, url),
  };
}
