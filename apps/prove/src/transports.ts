import type { Transport } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { zmq } from "@rpc/transport-zmq";

/** Transports that proofs run over, by the scheme of their URLs. */
export type Scheme = "tcp" | "zmq";

export function createTransport(scheme: Scheme): Transport {
  return scheme === "tcp" ? tcp() : zmq();
}

/** The port that a URL such as `tcp://127.0.0.1:7000` names. */
export function portOf(url: string): number {
  return Number(/:(\d+)$/.exec(url)?.[1]);
}
