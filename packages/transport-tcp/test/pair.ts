import { once } from "node:events";
import { connect, type Socket } from "node:net";
import {
  type Clock,
  type Connection,
  type Listener,
  packetHeadroom,
  type Transport,
} from "@rpc/core/transport";
import { tcp } from "@rpc/transport-tcp";
import { afterEach, beforeEach, expect } from "vitest";
import { systemClock } from "../../core/src/clock.js";
import { silentLogger } from "../../core/src/logger.js";
import { Recorder } from "./recorder.js";

/** What tests set; the rest is as core hands it out. */
export interface Settings {
  transport?: Transport;
  clientTransport?: Transport;
  clock?: Clock;
  maxPacketBytes?: number;
  maxConnections?: number;
  maxConnectionsPerAddress?: number;
  warnings?: string[];
  /** Of the warnings: what bounds how many are written. */
  kinds?: Set<string | undefined>;
}

/** One end of an open connection, with what it was told. */
export interface End {
  readonly connection: Connection;
  readonly heard: Recorder;
}

export function connectOptions(settings: Settings = {}, signal: AbortSignal = new AbortController().signal) {
  return {
    clock: settings.clock ?? systemClock,
    logger: {
      ...silentLogger,
      warn(message: string, kind?: string) {
        settings.warnings?.push(message);
        settings.kinds?.add(kind);
      },
    },
    maxPacketBytes: settings.maxPacketBytes ?? 4 * 1024 * 1024,
    packetTimeoutMs: 10_000,
    signal,
  };
}

export function listenOptions(settings: Settings = {}) {
  return {
    ...connectOptions(settings),
    maxConnections: settings.maxConnections ?? 100,
    maxConnectionsPerAddress: settings.maxConnectionsPerAddress ?? 100,
    plain: {
      call: () => Promise.reject(new Error("not used")),
      hear: () => () => {},
    },
  };
}

/** A listener that keeps what it accepted, not started. */
export interface Accepting {
  readonly listener: Listener;
  readonly accepted: Connection[];
  /** The `count`-th connection, once it is accepted. */
  next(count?: number): Promise<Connection>;
}

export async function listen(url: string, settings: Settings = {}): Promise<Accepting> {
  const accepted: Connection[] = [];
  const waiting = new Set<() => void>();
  const transport = settings.transport ?? tcp();
  const listener = await transport.listen(new URL(url), listenOptions(settings), (connection) => {
    accepted.push(connection);
    for (const resolve of waiting) resolve();
    waiting.clear();
  });
  const next = async (count = 1) => {
    while (accepted.length < count) await new Promise<void>((resolve) => waiting.add(resolve));
    return accepted[count - 1] as Connection;
  };
  return { listener, accepted, next };
}

export function started(connection: Connection): End {
  const heard = new Recorder();
  connection.start(heard);
  return { connection, heard };
}

/** Both ends of a connection, started, and what closes them. */
export async function openPair(url = "tcp://127.0.0.1:0", settings: Settings = {}) {
  const { listener, next } = await listen(url, settings);
  const transport = settings.clientTransport ?? settings.transport ?? tcp();
  const client = started(await transport.connect(listener.url, connectOptions(settings)));
  const server = started(await next());
  const close = async () => {
    await client.connection.close();
    await server.connection.close();
    await server.heard.ending();
    await listener.close();
  };
  return { client, server, listener, close };
}

/** A connection whose other end is a bare socket, to send it bytes that no connection would. */
export async function openRaw(settings: Settings = {}) {
  const { listener, next } = await listen("tcp://127.0.0.1:0", settings);
  const raw = await rawSocket(listener.url);
  const server = started(await next());
  const close = async () => {
    await destroyed(raw);
    await server.connection.close();
    await listener.close();
  };
  return { raw, server, listener, close };
}

/** Destroys `socket` and resolves when it is gone. */
export async function destroyed(socket: Socket): Promise<void> {
  if (socket.closed) return;
  const gone = once(socket, "close");
  socket.destroy();
  await gone;
}

export async function rawSocket(url: URL): Promise<Socket> {
  const raw = connect({ host: url.hostname, port: Number(url.port), allowHalfOpen: true });
  await once(raw, "connect");
  return raw;
}

/** A packet with its headroom, as core makes them. */
export function packet(content: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(content as string);
  const block = new Uint8Array(packetHeadroom + bytes.length);
  block.set(bytes, packetHeadroom);
  return block.subarray(packetHeadroom);
}

/** A packet of `size` bytes that tells apart what is out of place in it. */
export function largePacket(size: number): Uint8Array {
  return packet(Uint8Array.from({ length: size }, (_, index) => (index * 7) % 251));
}

/** Fails the file's tests that leave a socket or a server open. */
export function lookForLeftovers(): void {
  let before: string[];
  beforeEach(() => {
    before = openHandles();
  });
  afterEach(async () => {
    // Handles are closed at the end of a round of the loop, so the next round sees them gone.
    await loopRound();
    await loopRound();
    expect(openHandles()).toEqual(before);
  });
}

/** Resolves when the event loop has looked at its sockets once more. */
export function loopRound(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function openHandles(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /TCP|TLS|Pipe/.test(name))
    .sort();
}
