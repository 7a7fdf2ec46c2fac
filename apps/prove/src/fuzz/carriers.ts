import { tmpdir } from "node:os";
import { join } from "node:path";
import { memory } from "@rpc/core";
import type { Transport } from "@rpc/core/transport";
import { tcp } from "@rpc/transport-tcp";
import { ws } from "@rpc/transport-ws";
import { zmq } from "@rpc/transport-zmq";

/** A transport that is fuzzed, and where to listen. */
export interface Carrier {
  readonly name: CarrierName;
  readonly transport: Transport;
  readonly url: string;
}

export type CarrierName = "memory" | "tcp" | "unix" | "ws" | "zmq";

/** Every transport there is; `memory` reaches only its own process. */
export const carrierNames: readonly CarrierName[] = ["memory", "tcp", "unix", "ws", "zmq"];

export function createCarrier(name: CarrierName): Carrier {
  switch (name) {
    case "memory":
      return { name, transport: memory(), url: "memory:fuzz" };
    case "tcp":
      return { name, transport: tcp(), url: "tcp://127.0.0.1:0" };
    case "unix":
      return { name, transport: tcp(), url: `unix:${join(tmpdir(), `rpc-fuzz-${process.pid}.sock`)}` };
    case "ws":
      return { name, transport: ws(), url: "ws://127.0.0.1:0" };
    case "zmq":
      return { name, transport: zmq(), url: "zmq://127.0.0.1:0" };
  }
}
