import { systemClock } from "../clock.js";
import { defaultLimits } from "../limits.js";
import { silentLogger } from "../logger.js";
import { toPeerLimits } from "../session/handshake.js";
import { type Connection, packetHeadroom, type Transport } from "../transport.js";
import { ByteSink } from "../wire/byte-sink.js";
import { FrameReader } from "../wire/decode-frame.js";
import { encodeFrame, type OutgoingFrame } from "../wire/encode-frame.js";
import type { CallFrame, Frame, HelloFrame, WelcomeFrame } from "../wire/frame.js";
import { headerBytes, type PacketHeader, readHeader, writeHeader } from "../wire/packet.js";
import { everyFrame } from "./every-frame.js";

const connectionOptions = {
  clock: systemClock,
  logger: silentLogger,
  maxPacketBytes: defaultLimits.maxPacketBytes,
  packetTimeoutMs: defaultLimits.packetTimeoutMs,
};

/** What a well-behaved client says first. */
export function helloOf(changes: Partial<HelloFrame> = {}): HelloFrame {
  const sessionId = Uint8Array.from({ length: 16 }, () => Math.floor(Math.random() * 256));
  const limits = toPeerLimits(defaultLimits);
  return { type: "hello", protocol: 1, sessionId, received: 0, limits, features: [], ...changes };
}

/** What a well-behaved server answers. */
export function welcomeOf(changes: Partial<WelcomeFrame> = {}): WelcomeFrame {
  const limits = toPeerLimits(defaultLimits);
  const token = new Uint8Array(16);
  return {
    type: "welcome",
    protocol: 1,
    epoch: "e1",
    resumed: false,
    token,
    received: 0,
    limits,
    features: [],
    ...changes,
  };
}

/** A call by name with a deadline of ten seconds. */
export function callOf(id: number, method: string, ...args: unknown[]): CallFrame {
  const [service = "", name = ""] = method.split(".");
  return { type: "call", id, target: { service, method: name }, timeLeftMs: 10_000, args };
}

/** Bytes of one packet with these frames. */
export function packetOf(header: PacketHeader, frames: readonly OutgoingFrame[]): Uint8Array {
  const sink = new ByteSink(1024);
  sink.position = packetHeadroom + headerBytes;
  for (const frame of frames) encodeFrame(sink, frame, { maxDepth: 500, maxNodes: 1_000_000 }, everyFrame);
  writeHeader(sink.view, packetHeadroom, header);
  return sink.bytes.subarray(packetHeadroom, sink.position);
}

/** One end of a connection that says what a test scripts, in order or out of it: a peer that need not keep to the protocol. */
export class ScriptedPeer {
  readonly #connection: Connection;
  readonly #waiting: { readonly type: Frame["type"]; resolve(frame: Frame): void }[] = [];
  /** Frames that came and were not waited for. */
  readonly frames: Frame[] = [];
  /** Resolves when the connection ends. */
  readonly closed: Promise<void>;
  /** Resolves when anything is heard, or when the connection ends. */
  readonly heard: Promise<void>;
  /** Numbers of the next packets: as a session would count them. */
  sent = 0;
  received = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
    let end = () => {};
    let hear = () => {};
    this.closed = new Promise((resolve) => {
      end = resolve;
    });
    this.heard = new Promise((resolve) => {
      hear = resolve;
    });
    connection.start({
      packet: (bytes) => {
        hear();
        this.#packet(bytes);
      },
      drain() {},
      closed: () => {
        hear();
        end();
      },
    });
  }

  /** Connects as a client and says nothing. */
  static async connect(transport: Transport, url: string): Promise<ScriptedPeer> {
    const signal = new AbortController().signal;
    return new ScriptedPeer(await transport.connect(new URL(url), { ...connectionOptions, signal }));
  }

  /** Connects as a client and says hello; resolves with the welcome heard. */
  static async greet(
    transport: Transport,
    url: string,
    hello: Partial<HelloFrame> = {},
  ): Promise<ScriptedPeer> {
    const peer = await ScriptedPeer.connect(transport, url);
    peer.say(helloOf(hello));
    await peer.next("welcome");
    return peer;
  }

  /** Listens as a server; `accepted` scripts each connection. */
  static async listen(
    transport: Transport,
    url: string,
    accepted: (peer: ScriptedPeer) => void,
  ): Promise<() => Promise<void>> {
    const plain = { call: async () => new Uint8Array(), hear: () => () => {} };
    const options = { ...connectionOptions, maxConnections: 100, maxConnectionsPerAddress: 100, plain };
    const listener = await transport.listen(new URL(url), options, (connection) =>
      accepted(new ScriptedPeer(connection)),
    );
    return () => listener.close();
  }

  /** Sends frames in a packet without a number. */
  say(...frames: OutgoingFrame[]): void {
    this.raw(
      packetOf({ numbered: false, number: this.sent, acknowledged: this.received, sentAt: 0 }, frames),
    );
  }

  /** Sends frames in the next numbered packet. */
  send(...frames: OutgoingFrame[]): void {
    this.sent += 1;
    this.raw(packetOf({ numbered: true, number: this.sent, acknowledged: this.received, sentAt: 0 }, frames));
  }

  /** Sends these bytes as a packet. */
  raw(bytes: Uint8Array): void {
    this.#connection.send(bytes);
  }

  /** Sends a numbered packet with this body behind a sound header. */
  sendBody(...body: number[]): void {
    this.sendBytes(Uint8Array.from(body));
  }

  /** The same for a body of any size. */
  sendBytes(body: Uint8Array): void {
    this.sent += 1;
    const head = packetOf({ numbered: true, number: this.sent, acknowledged: this.received, sentAt: 0 }, []);
    const packet = new Uint8Array(packetHeadroom + head.length + body.length);
    packet.set(head, packetHeadroom);
    packet.set(body, packetHeadroom + head.length);
    this.raw(packet.subarray(packetHeadroom));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** The next frame of that type, which may have come already. */
  next<Type extends Frame["type"]>(type: Type): Promise<Frame & { type: Type }> {
    const index = this.frames.findIndex((frame) => frame.type === type);
    if (index >= 0) return Promise.resolve(this.frames.splice(index, 1)[0] as Frame & { type: Type });
    return new Promise((resolve) => {
      this.#waiting.push({ type, resolve: resolve as (frame: Frame) => void });
    });
  }

  #packet(bytes: Uint8Array): void {
    const header = readHeader(bytes);
    if (header.numbered) this.received = header.number;
    const reader = new FrameReader(bytes, headerBytes, defaultLimits, everyFrame);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) this.#frame(frame);
  }

  #frame(frame: Frame): void {
    const index = this.#waiting.findIndex(({ type }) => type === frame.type);
    if (index < 0) this.frames.push(frame);
    else this.#waiting.splice(index, 1)[0]!.resolve(frame);
  }
}
