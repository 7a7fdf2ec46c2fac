import type { Clock, Timer } from "../clock.js";
import { RpcError } from "../errors.js";
import { type Limits, maxHandshakePacketBytes } from "../limits.js";
import type { Connection, Receiver } from "../transport.js";
import { FrameReader } from "../wire/decode-frame.js";
import { fromErrorBody, toErrorBody } from "../wire/error-frame.js";
import {
  type HandshakeFrame,
  type HelloFrame,
  type PeerLimits,
  protocolVersion,
  type WelcomeFrame,
} from "../wire/frame.js";
import type { FrameSet } from "../wire/frame-set.js";
import { headerBytes, readHeader } from "../wire/packet.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { createLoosePacket } from "./loose-packet.js";

export interface HandshakeOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  /** What this side reads and writes. */
  readonly frames: FrameSet;
  readonly timeoutMs: number;
  /** A connection that was taken over has ended; its receiver hears of it next. */
  ended?(connection: Connection): void;
}

/** Of one's own limits, those that the peer must respect. */
export function toPeerLimits(limits: Limits): PeerLimits {
  const { maxPacketBytes, maxDepth, maxNodes, maxRunningCalls, maxMetadataBytes } = limits;
  const { maxStreams, maxSubscriptions, maxCallbacks, sessionRetentionMs, heartbeatMs } = limits;
  return {
    maxPacketBytes,
    maxDepth,
    maxNodes,
    maxRunningCalls,
    maxMetadataBytes,
    maxStreams,
    maxSubscriptions,
    maxCallbacks,
    sessionRetentionMs,
    heartbeatMs,
  };
}

/** Sends one frame of a handshake. */
export function sendHandshake(
  connection: Connection,
  frame: HandshakeFrame,
  options: Pick<HandshakeOptions, "limits" | "frames">,
): void {
  connection.send(createHandshake(frame, options));
}

function createHandshake(
  frame: HandshakeFrame,
  { limits, frames }: Pick<HandshakeOptions, "limits" | "frames">,
): Uint8Array {
  return createLoosePacket({ number: 0, acknowledged: 0, sentAt: 0 }, frame, limits, frames);
}

/**
 * Says hello on a new connection and waits for the welcome.
 *
 * `welcomed` runs at once, inside the read that brought the welcome, and returns what the connection delivers to from
 * then on: the first packets of the session may be in the same read. Rejects `RpcError`; the connection is closed then.
 */
export function sayHello(
  connection: Connection,
  hello: HelloFrame,
  options: HandshakeOptions,
  welcomed: (welcome: WelcomeFrame) => Receiver,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const packet = createHandshake(hello, options);
    if (packet.length > maxHandshakePacketBytes) throw tooLarge(packet.length);
    start(connection, options, {
      frame(frame) {
        if (frame.type === "close") throw new RefusedByPeer(fromErrorBody(frame));
        if (frame.type !== "welcome") throw new ProtocolError(`expected welcome, got ${frame.type}`);
        checkVersion("the server", frame.protocol);
        return () => {
          const receiver = welcomed(frame);
          resolve();
          return receiver;
        };
      },
      failed: reject,
    });
    connection.send(packet);
  });
}

/**
 * Waits for the hello on a connection that was accepted.
 *
 * `heard` decides: it resolves to a function that sends the welcome and returns what the connection delivers to, or
 * rejects, and the peer is told why. Until then the peer has nothing to say.
 */
export function receiveHello(
  connection: Connection,
  options: HandshakeOptions,
  heard: (hello: HelloFrame) => Promise<() => Receiver>,
  failed: (reason: RpcError) => void,
): void {
  let deciding = false;
  start(connection, options, {
    frame(frame, accept, refuse) {
      if (deciding) throw new ProtocolError(`${frame.type} before the welcome`);
      if (frame.type !== "hello") throw new ProtocolError(`expected hello, got ${frame.type}`);
      checkVersion("the client", frame.protocol);
      deciding = true;
      heard(frame).then((welcome) => accept(welcome), refuse);
      return undefined;
    },
    failed,
  });
}

interface HandshakeSteps {
  /** One frame of the peer; returns who takes over when the handshake is done. What it throws refuses the peer. */
  frame(
    frame: HandshakeFrame,
    accept: (done: () => Receiver) => void,
    refuse: (reason: unknown) => void,
  ): (() => Receiver) | undefined;
  failed(reason: RpcError): void;
}

/** A handshake that is not over. */
interface Underway {
  readonly steps: HandshakeSteps;
  readonly timer: Timer;
  /** Whether who takes over is on the way. */
  accepting: boolean;
  /** Set when the connection ended meanwhile. */
  lost: { readonly reason: Error | undefined } | undefined;
}

function start(connection: Connection, options: HandshakeOptions, steps: HandshakeSteps): void {
  connection.start(new Handshake(connection, options, steps));
}

/**
 * What a connection delivers to: its handshake, and then who took over.
 *
 * It lives as long as the connection, and keeps nothing of the handshake once that is over.
 */
class Handshake implements Receiver {
  readonly #connection: Connection;
  readonly #options: HandshakeOptions;
  /** Present until it is over. */
  #underway: Underway | undefined;
  /** Who took over. */
  #receiver: Receiver | undefined;

  constructor(connection: Connection, options: HandshakeOptions, steps: HandshakeSteps) {
    this.#connection = connection;
    this.#options = options;
    const { clock, timeoutMs } = options;
    const timer = clock.timer(timeoutMs, () => {
      this.#refuse(
        new RpcError("unavailable", `no handshake within ${timeoutMs} ms`, { outcome: "not-executed" }),
      );
    });
    this.#underway = { steps, timer, accepting: false, lost: undefined };
  }

  packet(bytes: Uint8Array): void {
    if (this.#receiver !== undefined) return this.#receiver.packet(bytes);
    if (this.#underway === undefined) return;
    try {
      const frame = readOnlyFrame(bytes, this.#options);
      const next = this.#underway.steps.frame(
        frame,
        (done) => this.#accept(done),
        (reason) => this.#refuse(reason),
      );
      if (next !== undefined) this.#accept(next);
    } catch (error) {
      this.#refuse(error);
    }
  }

  drain(): void {
    this.#receiver?.drain();
  }

  closed(reason?: Error): void {
    if (this.#receiver !== undefined) return this.#end(this.#receiver, reason);
    const underway = this.#underway;
    if (underway === undefined) return;
    // The pipe broke under the first packets of the session; who takes over is still on the way.
    if (underway.accepting) {
      underway.lost = { reason };
      return;
    }
    const why = reason === undefined ? "the peer closed the connection" : reason.message;
    // A first packet beyond any handshake is no packet: text was read as a length. Trying again would not mend that.
    const code = reason instanceof RangeError ? "failed_precondition" : "unavailable";
    this.#fail(
      new RpcError(code, `connection lost in the handshake: ${why}`, {
        outcome: "not-executed",
        cause: reason,
      }),
    );
  }

  #accept(done: () => Receiver): void {
    const underway = this.#underway;
    if (underway === undefined) return;
    underway.accepting = true;
    let receiver: Receiver;
    try {
      receiver = done();
    } catch (error) {
      underway.accepting = false;
      return this.#refuse(error);
    }
    this.#over();
    this.#receiver = receiver;
    const { lost } = underway;
    if (lost !== undefined) this.#end(receiver, lost.reason);
  }

  #refuse(reason: unknown): void {
    if (this.#underway === undefined) return;
    const error = toRefusal(reason);
    this.#fail(error);
    // A peer that was refused learns why; one that refused us knows.
    if (!(reason instanceof RefusedByPeer)) {
      const told = toTold(reason, error);
      sendHandshake(this.#connection, { type: "close", ...toErrorBody(told) }, this.#options);
    }
    void this.#connection.close();
  }

  #fail(reason: RpcError): void {
    const underway = this.#underway;
    this.#over();
    underway?.steps.failed(reason);
  }

  #over(): void {
    this.#underway?.timer.clear();
    this.#underway = undefined;
  }

  #end(receiver: Receiver, reason: Error | undefined): void {
    this.#options.ended?.(this.#connection);
    receiver.closed(reason);
  }
}

/** The peer said close: nothing is sent back. */
class RefusedByPeer extends Error {
  constructor(readonly refusal: RpcError) {
    super(refusal.message);
  }
}

function tooLarge(bytes: number): RpcError {
  return new RpcError(
    "invalid_argument",
    `hello of ${bytes} bytes exceeds ${maxHandshakePacketBytes}; show smaller credentials`,
    {
      outcome: "not-executed",
    },
  );
}

function toRefusal(reason: unknown): RpcError {
  if (reason instanceof RefusedByPeer) return reason.refusal;
  if (reason instanceof ProtocolError) {
    return new RpcError("invalid_argument", `protocol error: ${reason.message}`, { outcome: "not-executed" });
  }
  return RpcError.from(reason, "internal", { outcome: "not-executed" });
}

// What went wrong inside this process is its own business.
function toTold(reason: unknown, error: RpcError): RpcError {
  if (RpcError.is(reason) || reason instanceof ProtocolError) return error;
  return new RpcError("internal", "internal error", { outcome: "not-executed" });
}

function readOnlyFrame(bytes: Uint8Array, { limits, frames }: HandshakeOptions): HandshakeFrame {
  if (readHeader(bytes).numbered) throw new ProtocolError("a numbered packet before the handshake");
  const reader = new FrameReader(bytes, headerBytes, limits, frames);
  const frame = reader.next();
  if (frame === undefined || reader.next() !== undefined)
    throw new ProtocolError("expected one frame in a packet of the handshake");
  switch (frame.type) {
    case "hello":
    case "welcome":
    case "close":
      return frame;
    default:
      throw new ProtocolError(`${frame.type} before the handshake`);
  }
}

function checkVersion(who: string, protocol: number): void {
  if (protocol === protocolVersion) return;
  throw new RpcError(
    "failed_precondition",
    `${who} speaks protocol ${protocol}, this side speaks ${protocolVersion}; update one of them`,
    {
      outcome: "not-executed",
    },
  );
}
