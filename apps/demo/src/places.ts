import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Transport } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { ws } from "@rpc/transport-ws";
import { zmq } from "@rpc/transport-zmq";
import { Mistake } from "./program.js";

/** Where the halves meet when nobody says otherwise. */
export const defaultUrl = "tcp://127.0.0.1:7000";

/** A place of its own for one run of the demo. */
export interface Place {
  /** To listen at; a port of 0 is any free one. */
  readonly url: string;
  /** Takes away what it left on the disk. */
  remove(): Promise<void>;
}

/** Words that choose a transport on the command line. */
export const transportNames = ["tcp", "ws", "zmq", "unix", "memory"] as const;

export type TransportName = (typeof transportNames)[number];

/** Makes a place that nobody else uses. */
export async function createPlace(name: TransportName): Promise<Place> {
  if (name === "unix") return createSocketFile();
  const urls = {
    tcp: "tcp://127.0.0.1:0",
    ws: "ws://127.0.0.1:0",
    zmq: "zmq://127.0.0.1:0",
    memory: "memory:demo",
  };
  return { url: urls[name], async remove() {} };
}

/**
 * Transports between two processes, for either side; the URL's scheme picks one.
 *
 * Over ZeroMQ peers without a session are served too: a REQ socket of any language.
 */
export function createTransports(): Transport[] {
  return [tcp(), ws(), zmq({ plain: true })];
}

/** The URL that `RPC_URL` gives. Throws `Mistake` for memory, which no two processes share. */
export function readUrl(env: NodeJS.ProcessEnv): string {
  const url = env["RPC_URL"] ?? defaultUrl;
  if (!url.startsWith("memory:")) return url;
  throw new Mistake(
    `${url} stays inside one process: run demo memory, or give RPC_URL as tcp://, ws://, unix: or zmq://`,
  );
}

async function createSocketFile(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "rpc-demo-"));
  return {
    url: `unix:${pathToFileURL(join(folder, "demo.sock")).pathname}`,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
