/**
 * The seam to a transport. A transport moves packets and nothing else: it never
 * retries, queues for later, or reconnects on its own.
 */
import type { Clock } from "./clock.js";
import type { KindLogger } from "./logger.js";

export type { Clock, Timer } from "./clock.js";
export { RpcError } from "./errors.js";
export type { KindLogger, Logger } from "./logger.js";
export { networkOf } from "./network-of.js";

/**
 * Bytes in front of every packet handed to `send` that the transport may overwrite.
 *
 * The packet's own buffer holds them (`packet.byteOffset` is at least this), so that framing and packet leave in one
 * write without a copy.
 */
export const packetHeadroom = 8;

/** Opens or accepts connections for the URL schemes it names. */
export interface Transport {
  /** Schemes without the colon: `["tcp", "tls", "unix"]`. */
  readonly schemes: readonly string[];
  /**
   * Who could reach a listener at `url`: `local` is this machine's loopback or a socket file only its owner may open,
   * `authenticated` is peers that prove who they are to the transport (client certificates, CURVE), `open` is anyone.
   */
  exposure(url: URL): "local" | "authenticated" | "open";
  /** Rejects `RpcError` `unavailable` when nobody answers, `invalid_argument` when the URL makes no sense. */
  connect(url: URL, options: ConnectOptions): Promise<Connection>;
  /** Rejects `RpcError` `unavailable` when the address is taken, `invalid_argument` when the URL makes no sense. */
  listen(url: URL, options: ListenOptions, accept: (connection: Connection) => void): Promise<Listener>;
}

/** What core hands to every connection. */
export interface ConnectionOptions {
  readonly clock: Clock;
  /** What a peer can cause is written with its kind: lines of one kind are bounded. */
  readonly logger: KindLogger;
  /** The first value of `Connection.maxPacketBytes`. */
  readonly maxPacketBytes: number;
  /** A packet that has begun and is not whole after this time breaks its connection. */
  readonly packetTimeoutMs: number;
}

/** What core hands to `connect`. */
export interface ConnectOptions extends ConnectionOptions {
  /** Aborts when the caller no longer waits; the attempt is then given up and leaves nothing behind. */
  readonly signal: AbortSignal;
}

/** What core hands to `listen`. */
export interface ListenOptions extends ConnectionOptions {
  /** Connections above this are closed at once. */
  readonly maxConnections: number;
  /** The same for one address; loopback and unix sockets are exempt. */
  readonly maxConnectionsPerAddress: number;
  /** What a transport may offer to peers that speak no session; it decides whether to. */
  readonly plain: PlainAccess;
}

/** The served methods and events as bare bytes, for peers of other languages that speak no session. */
export interface PlainAccess {
  /**
   * Runs one request, MessagePack `[method, args, kwargs?]`, and resolves to MessagePack `[true, value]` or
   * `[false, { code, message }]`. Never rejects, whatever the bytes are. Aborting `signal` cancels the call.
   */
  call(request: Uint8Array, peer: Peer, signal: AbortSignal): Promise<Uint8Array>;
  /**
   * Hears what `event` (`TradingDesk.ticks`) publishes, the value as MessagePack, encoded once; returns the end of
   * listening. Throws `TypeError` when no served service has such an event.
   */
  hear(event: string, listener: (topic: string, value: Uint8Array) => void): () => void;
}

/** Accepts connections until closed. */
export interface Listener {
  /** Where it really listens: port 0 has become a port. */
  readonly url: URL;
  /** Takes no new connections. Those that are open stay. Safe to call twice. */
  close(): Promise<void>;
}

/** Who is at the other side of a connection. */
export interface Peer {
  /** The scheme it came by. */
  readonly scheme: string;
  /** Host address and port, as far as the transport knows. */
  readonly address?: string;
  /** What the transport proved about the peer: a certificate's subject, a CURVE public key. */
  readonly identity?: unknown;
}

/** What a connection delivers to. */
export interface Receiver {
  /** One whole packet. The bytes belong to the transport again when this returns. Never throws. */
  packet(bytes: Uint8Array): void;
  /** The pipe takes packets again after `send` returned false. */
  drain(): void;
  /** The end, once, whoever caused it. Without a reason it was closed in order. */
  closed(reason?: Error): void;
}

/** One pipe of packets to one peer, in order. Ends once, through `closed`. */
export interface Connection {
  /** For logs and authentication. */
  readonly peer: Peer;
  /** Largest packet taken from the peer; small until the handshake is done. Checked before buffering. */
  maxPacketBytes: number;
  /**
   * Hands a packet over. False: it was taken, but the pipe is full, wait for `drain`. Never throws; a broken pipe ends
   * in `closed`. The bytes stay as they are until the packet is acknowledged, and while `holding` is not false, so they
   * need no copy.
   */
  send(packet: Uint8Array): boolean;
  /**
   * Whether the connection may still read bytes that it was handed. Only while this says false may what is acknowledged be
   * written over; a connection that cannot tell leaves it out, and its packets are never written over.
   */
  readonly holding?: boolean;
  /** Starts delivery. Packets come synchronously, so replies to one read can leave in one write. */
  start(receiver: Receiver): void;
  /** Stops delivery soon; at most what was read already still comes. */
  pause(): void;
  resume(): void;
  /** Sends what was handed over, then closes; gives up sending after a second. Safe to call twice. */
  close(): Promise<void>;
}
