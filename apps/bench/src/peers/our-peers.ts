import { memory, type Transport } from "@rpc/core";
import type { Peer } from "../peer.js";
import { connectBench, serveBench } from "./ours.js";

// Each transport is loaded by its own peer: start-up is measured.
const tcp = async (): Promise<Transport> => (await import("@rpc/transport-tcp")).tcp();

/** This framework over each of its transports as a user has it: sessions, scan, deadlines, decorated classes. */
export const ourPeers = {
  tcp: createOurs("tcp", "@rpc over TCP", tcp, () => "tcp://127.0.0.1:0"),
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
} as const satisfies Record<string, Peer>;

function createOurs(name: string, about: string, load: () => Promise<Transport>, listen: () => string): Peer {
  // One for all connections of a process: each zmq() has a ZeroMQ context of its own.
  let loaded: Promise<Transport> | undefined;
  const transport = () => {
    loaded ??= load();
    return loaded;
  };
  return {
    name,
    about,
    serve: async () => serveBench(await transport(), listen()),
    connect: async (url) => connectBench(await transport(), url),
  };
}

function createMemory(): Peer {
  // Both ends find each other by the transport they share.
  const shared = memory();
  return {
    name: "memory",
    about: "@rpc inside one process, values copied",
    oneProcess: true,
    serve: () => serveBench(shared, "memory:bench"),
    connect: (url) => connectBench(shared, url),
  };
}
