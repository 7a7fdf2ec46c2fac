import type { Random } from "../clock.js";
import { RpcError } from "../errors.js";
import { toHex } from "../hex.js";
import type { KindLogger } from "../logger.js";
import type { Connection, Peer, Receiver } from "../transport.js";
import type { OutgoingFrame } from "../wire/encode-frame.js";
import { fromErrorBody, toErrorBody } from "../wire/error-frame.js";
import type { Frame, PeerLimits, SessionFrame } from "../wire/frame.js";
import { distance } from "../wire/packet.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { type AttachedSession, Attachment } from "./attachment.js";
import type { WatchedSession } from "./heartbeats.js";
import { Receiving, type ReceivingOptions, type ReceivingSession } from "./receiving.js";
import type { Safety } from "./safeties.js";
import { Sending, type SendingOptions, type SendingSession } from "./sending.js";

/** What a session tells its owner. None of these may throw. */
export interface SessionOwner {
  /** A frame of the peer, once, in order. `sentAt` is about when it was sent, by this side's clock. */
  frame(frame: SessionFrame, sentAt: number): void;
  /** Something was acknowledged: there may be room again. */
  room(): void;
  /** The connection to `peer` is gone; the session waits for another. */
  broken(reason: Error, peer: Peer): void;
  /** The session is over and tells why. The last thing an owner hears. */
  ended(reason: RpcError): void;
}

export interface SessionOptions extends SendingOptions, ReceivingOptions {
  readonly logger: KindLogger;
  readonly random: Random;
}

/**
 * One reliable, ordered, two-way flow of frames that outlives its connections.
 *
 * Both sides are the same. Each numbers its packets, keeps them until the other acknowledges them, and on a new
 * connection sends again what is missing; what came twice is dropped by its number.
 */
export class Session implements SendingSession, ReceivingSession, AttachedSession, WatchedSession {
  /** When it began, by the clock: times on the wire count from there. */
  readonly zero: number;
  readonly #options: SessionOptions;
  readonly #owner: SessionOwner;
  readonly #sending: Sending;
  readonly #receiving: Receiving;
  #peerLimits: PeerLimits;
  #connection: Connection | undefined;
  #state: "open" | "ended" = "open";
  /** The last number that the peer began to hand up, once it closed the session and said so. */
  #closedAfter: number | undefined;

  constructor(options: SessionOptions, peerLimits: PeerLimits, owner: SessionOwner) {
    this.zero = Math.trunc(options.clock.now());
    this.#options = options;
    this.#owner = owner;
    this.#peerLimits = peerLimits;
    this.#sending = new Sending(this, options);
    this.#receiving = new Receiving(this, options, this.#sending);
    options.shared.budget.wait(owner);
  }

  /** A safety taken away by the testing kit. */
  get without(): Safety | undefined {
    return this.#options.without;
  }

  /** Last packet number of which frames were handed up: what hello and welcome tell the peer. */
  get received(): number {
    return this.#receiving.received;
  }

  get peerLimits(): PeerLimits {
    return this.#peerLimits;
  }

  /** The present connection. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** Who is at the other side; undefined without a connection. */
  get peer(): Peer | undefined {
    return this.#connection?.peer;
  }

  get attached(): boolean {
    return this.#connection !== undefined;
  }

  get open(): boolean {
    return this.#state === "open";
  }

  /** When something was last read, by the clock. */
  get lastReadAt(): number {
    return this.#receiving.readAt;
  }

  /** Bytes sent and not acknowledged. */
  get sendBufferBytes(): number {
    return this.#sending.bytes;
  }

  /** Whether the send buffer takes more. Replies, events and new calls wait while it does not. */
  get hasRoom(): boolean {
    return this.#sending.hasRoom;
  }

  /** Whether events may enter a packet: they leave the rest of the send buffer to replies. */
  get hasEventRoom(): boolean {
    return this.#sending.hasEventRoom;
  }

  /** The least number that the packet of the next frame can have. */
  get nextPacket(): number {
    return this.#sending.nextPacket;
  }

  /** Whether everything that was sent has arrived, and everything that arrived was handed up. */
  get settled(): boolean {
    return this.#sending.settled && this.#receiving.settled;
  }

  /**
   * Sends a frame at the end of this turn. It arrives once, in order, or the session ends.
   *
   * Throws `RpcError` and sends nothing when a value in it cannot travel or the peer takes no frame that large. After
   * the end it does nothing: whoever waited for an answer was told.
   *
   * @returns the number of the packet that carries it, for `mayHaveArrived`.
   */
  send(frame: OutgoingFrame): number {
    return this.#sending.send(frame);
  }

  /** When the packet that takes the next frame was begun, by the clock: times in frames count from there. */
  get packetTime(): number {
    return this.#sending.packetTime;
  }

  /** About now, for deadlines: read off the clock once a turn, and anew after some uses, for a turn may be long. */
  get turnTime(): number {
    return this.#sending.turnTime;
  }

  /** About now, while frames are handed up: read once a packet, and anew after some uses, for a handler may take long. */
  get arrivalTime(): number {
    return this.#receiving.time;
  }

  /**
   * Whether the peer may have handed up the packet of that number. False is a proof that it did not and never will: no
   * connection ever got the packet, or the peer closed the session before it came.
   *
   * Asked when the session is over; of an open session it says what holds so far.
   */
  mayHaveArrived(number: number): boolean {
    if (!this.#sending.wasHanded(number)) return false;
    return this.#closedAfter === undefined || distance(number, this.#closedAfter) <= 0;
  }

  /** Sends what was written in this turn now. */
  flush(): void {
    this.#sending.flush();
  }

  /** Whether a peer that claims to have handed up `received` can be continued with: it had at least what it acknowledged. */
  canContinueFrom(received: number): boolean {
    return this.#sending.canContinueFrom(received);
  }

  /**
   * Continues on a connection whose handshake is done, and sends again what the peer has not handed up.
   *
   * @returns what the connection delivers to from now on.
   */
  attach(connection: Connection, peerLimits: PeerLimits, peerReceived: number): Receiver {
    this.#detach();
    this.#peerLimits = peerLimits;
    this.#connection = connection;
    this.#sending.attach(peerReceived);
    this.#receiving.attach(connection);
    this.#options.shared.heartbeats.start(this);
    this.#sending.pump();
    this.#owner.room();
    return new Attachment(this, connection);
  }

  /** A packet came on the present connection. */
  packet(bytes: Uint8Array): void {
    this.#receiving.packet(bytes);
  }

  /** The present connection takes packets again. */
  drain(): void {
    if (this.without === "drain") return;
    this.#sending.drain();
    this.#owner.room();
  }

  /** The present connection is gone. */
  lost(reason: Error): void {
    const peer = this.#connection?.peer;
    this.#detach();
    if (peer !== undefined) this.#owner.broken(reason, peer);
  }

  silent(): void {
    this.#sending.sendLoose({ type: "ping", answer: false });
  }

  dead(silentMs: number): void {
    this.break(new Error(`nothing heard for ${Math.round(silentMs)} ms`));
  }

  /** Gives the present connection up, so that another may resume. */
  break(reason: Error): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.lost(reason);
    void connection.close();
  }

  /** Ends the session and tells the peer why. Resolves when the connection is closed. Safe to call twice. */
  async close(reason: RpcError): Promise<void> {
    if (this.#state === "ended") return;
    this.#sending.flush();
    this.#sending.sendLoose({ type: "close", ...toErrorBody(reason) });
    const connection = this.#connection;
    this.end(reason);
    await connection?.close();
  }

  /** Ends the session without a word to the peer: it has no connection, or the peer knows. */
  end(reason: RpcError): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    const connection = this.#connection;
    this.#detach();
    this.#receiving.clear();
    this.#options.shared.budget.leave(this.#owner);
    this.#sending.clear();
    void connection?.close();
    this.#owner.ended(reason);
  }

  handUp(frame: Frame, numbered: boolean, sentAt: number): void {
    switch (frame.type) {
      case "hello":
      case "welcome":
        throw new ProtocolError(`${frame.type} on an open session`);
      case "ping":
        if (!frame.answer) this.#sending.sendLoose({ type: "ping", answer: true });
        return;
      case "close":
        this.#closedAfter = this.#sending.acknowledged;
        this.end(fromErrorBody(frame));
        return;
      default:
        // Only numbered packets are safe from coming twice.
        if (!numbered) throw new ProtocolError(`${frame.type} in a packet without a number`);
        this.#owner.frame(frame, sentAt);
        // It closes when all that it sent has arrived.
        if (frame.type === "goaway") this.#sending.hurry();
    }
  }

  acknowledged(): void {
    this.#owner.room();
  }

  refuse(error: unknown): void {
    void this.close(error instanceof ProtocolError ? this.#blame(error) : this.#fail(error));
  }

  #detach(): void {
    this.#connection = undefined;
    this.#receiving.detach();
    this.#sending.detach();
    this.#options.shared.heartbeats.stop(this);
  }

  #blame(error: ProtocolError): RpcError {
    const from = this.peer?.address ?? this.peer?.scheme ?? "somewhere";
    this.#options.logger.warn(
      `session with ${from} ended, its peer broke the protocol: ${error.message}`,
      "peers that broke the protocol",
    );
    return new RpcError("invalid_argument", `protocol error: ${error.message}`);
  }

  #fail(error: unknown): RpcError {
    const errorId = toHex(this.#options.random.bytes(8));
    const stack = error instanceof Error ? error.stack : String(error);
    this.#options.logger.error(
      `session ended by an internal error, error id ${errorId}: ${stack}`,
      "sessions ended by internal errors",
    );
    return new RpcError("internal", `internal error (error id ${errorId})`, { errorId });
  }
}
