import { type Clock, later, type Random, type Timer } from "../clock.js";
import { RpcError } from "../errors.js";
import { toHex } from "../hex.js";
import type { Limits } from "../limits.js";
import type { KindLogger } from "../logger.js";
import type { Connection, Peer, Receiver } from "../transport.js";
import { FrameReader } from "../wire/decode-frame.js";
import type { OutgoingFrame } from "../wire/encode-frame.js";
import { fromErrorBody, toErrorBody } from "../wire/error-frame.js";
import type { Frame, HandshakeFrame, PeerLimits, SessionFrame } from "../wire/frame.js";
import type { FrameSet } from "../wire/frame-set.js";
import { distance, headerBytes, readHeader, writeHeader } from "../wire/packet.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { TargetCache } from "../wire/target-cache.js";
import type { Block, BlockPool } from "./block-pool.js";
import { Heartbeat } from "./heartbeat.js";
import { Lateness } from "./lateness.js";
import { createLoosePacket } from "./loose-packet.js";
import { Outbox, type SealedPacket, usesOfTime } from "./outbox.js";
import { ReadTurn } from "./read-turn.js";
import type { Safety } from "./safeties.js";
import type { SendBudget } from "./send-budget.js";
import { SendBuffer } from "./send-buffer.js";

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

export interface SessionOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: KindLogger;
  readonly random: Random;
  readonly pool: BlockPool;
  readonly budget: SendBudget;
  /** What this side reads and writes. */
  readonly frames: FrameSet;
  /** Targets by name that were called before; for who is called. */
  readonly targets?: TargetCache;
  /** A safety taken away by the testing kit. */
  readonly without?: Safety | undefined;
}

/** What of a connection waits for its next turn. */
interface Held {
  /** The rest of a packet whose number counts as received: it is handed up whatever becomes of the connection. */
  rest: { readonly reader: FrameReader; readonly numbered: boolean; readonly sentAt: number } | undefined;
  /** Packets behind it: at most what the transport had read when it was told to pause. */
  packets: Uint8Array[];
  bytes: number;
}

/** Bytes after which a side that sends nothing acknowledges at once. */
const acknowledgeBytes = 64 * 1024;
/** Milliseconds after which it does for any number of bytes. */
const acknowledgeMs = 50;

/**
 * One reliable, ordered, two-way flow of frames that outlives its connections.
 *
 * Both sides are the same. Each numbers its packets, keeps them until the other acknowledges them, and on a new
 * connection sends again what is missing; what came twice is dropped by its number.
 */
export class Session {
  /** A safety taken away by the testing kit. */
  readonly without: Safety | undefined;
  readonly #options: SessionOptions;
  readonly #owner: SessionOwner;
  readonly #outbox: Outbox;
  readonly #kept: SendBuffer;
  readonly #leaveBudget: () => void;
  readonly #heartbeat: Heartbeat;
  readonly #lateness = new Lateness();
  readonly #zero: number;
  readonly #turn: ReadTurn;
  /** Set while the turn is over. */
  #held: Held | undefined;
  #peerLimits: PeerLimits;
  #connection: Connection | undefined;
  #state: "open" | "ended" = "open";
  #full = false;
  #sent = 0;
  /** Last number handed to the present connection. */
  #handed = 0;
  /** Last number handed to any connection. */
  #handedEver = 0;
  #received = 0;
  /** The last number that the peer began to hand up, once it closed the session and said so. */
  #closedAfter: number | undefined;
  #acknowledged = 0;
  #unacknowledgedBytes = 0;
  #acknowledgeTimer: Timer | undefined;
  #acknowledgesSoon = false;
  #lastReadAt: number;
  #arrivalTime = 0;
  #arrivalUses = 0;

  constructor(options: SessionOptions, peerLimits: PeerLimits, owner: SessionOwner) {
    this.#options = options;
    this.without = options.without;
    this.#owner = owner;
    this.#peerLimits = peerLimits;
    this.#kept = new SendBuffer(options.budget, (block) => this.#freed(block));
    this.#leaveBudget = options.budget.wait(() => this.#owner.room());
    this.#zero = options.clock.now();
    this.#lastReadAt = this.#zero;
    this.#turn = new ReadTurn(options.clock, () => this.#continue());
    this.#outbox = new Outbox(options.clock, options.pool, options.frames, (packet) => this.#seal(packet));
    this.#heartbeat = new Heartbeat(options.clock, options.limits.heartbeatMs, {
      silent: () => this.#sendLoose({ type: "ping", answer: false }),
      dead: (silentMs) => this.break(new Error(`nothing heard for ${Math.round(silentMs)} ms`)),
    });
  }

  /** Last packet number of which frames were handed up: what hello and welcome tell the peer. */
  get received(): number {
    return this.#received;
  }

  get peerLimits(): PeerLimits {
    return this.#peerLimits;
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
    return this.#lastReadAt;
  }

  /** Bytes sent and not acknowledged. */
  get sendBufferBytes(): number {
    return this.#kept.bytes;
  }

  /** Whether the send buffer takes more. Replies, events and new calls wait while it does not. */
  get hasRoom(): boolean {
    return this.#kept.bytes < this.#options.limits.sendBufferBytes && this.#options.budget.hasRoom;
  }

  /** Whether events may enter a packet: they leave the rest of the send buffer to replies. */
  get hasEventRoom(): boolean {
    return (
      this.hasRoom && !this.#outbox.encoding && this.#kept.eventBytes < this.#options.limits.eventWindowBytes
    );
  }

  /** The least number that the packet of the next frame can have. */
  get nextPacket(): number {
    return (this.#sent + 1) >>> 0;
  }

  /** Whether everything that was sent has arrived, and everything that arrived was handed up. */
  get settled(): boolean {
    return this.#kept.size === 0 && this.#held === undefined;
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
    if (this.#state === "open") this.#outbox.write(frame, this.#peerLimits);
    return this.#outbox.waiting ? (this.#sent + 1) >>> 0 : this.#sent;
  }

  /** When the packet that takes the next frame was begun, by the clock: times in frames count from there. */
  get packetTime(): number {
    return this.#outbox.openedAt;
  }

  /** About now, for deadlines: read off the clock once a turn, and anew after some uses, for a turn may be long. */
  get turnTime(): number {
    return this.#outbox.turnTime;
  }

  /** About now, while frames are handed up: read once a packet, and anew after some uses, for a handler may take long. */
  get arrivalTime(): number {
    this.#arrivalUses += 1;
    if (this.#arrivalUses % usesOfTime === 0) this.#arrivalTime = this.#options.clock.now();
    return this.#arrivalTime;
  }

  /**
   * Whether the peer may have handed up the packet of that number. False is a proof that it did not and never will: no
   * connection ever got the packet, or the peer closed the session before it came.
   *
   * Asked when the session is over; of an open session it says what holds so far.
   */
  mayHaveArrived(number: number): boolean {
    if (distance(number, this.#handedEver) > 0) return false;
    return this.#closedAfter === undefined || distance(number, this.#closedAfter) <= 0;
  }

  /** Sends what was written in this turn now. */
  flush(): void {
    this.#outbox.flush();
  }

  /** Whether a peer that claims to have handed up `received` can be continued with: it had at least what it acknowledged. */
  canContinueFrom(received: number): boolean {
    return distance(received, this.#sent) <= 0 && distance(received, this.#acknowledged) >= 0;
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
    this.#full = false;
    this.#lastReadAt = this.#options.clock.now();
    connection.maxPacketBytes = this.#options.limits.maxPacketBytes;
    if (distance(peerReceived, this.#acknowledged) > 0) this.#acknowledged = peerReceived;
    this.#kept.acknowledge(peerReceived);
    this.#handed = peerReceived;
    // The handshake told the peer what this side has.
    this.#hasAcknowledged();
    this.#heartbeat.start();
    if (this.#held !== undefined) connection.pause();
    this.#pump();
    this.#owner.room();
    return {
      packet: (bytes) => {
        if (this.#connection === connection) this.#packet(bytes);
      },
      drain: () => {
        if (this.#connection === connection) this.#drain();
      },
      closed: (reason) => {
        if (this.#connection === connection)
          this.#lost(reason ?? new Error("the peer closed the connection"));
      },
    };
  }

  /** Gives the present connection up, so that another may resume. */
  break(reason: Error): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#lost(reason);
    void connection.close();
  }

  /** Ends the session and tells the peer why. Resolves when the connection is closed. Safe to call twice. */
  async close(reason: RpcError): Promise<void> {
    if (this.#state === "ended") return;
    this.#outbox.flush();
    this.#sendLoose({ type: "close", ...toErrorBody(reason) });
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
    this.#turn.stop();
    this.#held = undefined;
    this.#leaveBudget();
    this.#kept.clear();
    void connection?.close();
    this.#owner.ended(reason);
  }

  #detach(): void {
    this.#connection = undefined;
    // What was not counted as received comes again, on another connection.
    if (this.#held !== undefined) this.#held = { rest: this.#held.rest, packets: [], bytes: 0 };
    this.#kept.rewind();
    this.#heartbeat.stop();
    this.#acknowledgeTimer?.clear();
    this.#acknowledgeTimer = undefined;
  }

  #lost(reason: Error): void {
    const peer = this.#connection?.peer;
    this.#detach();
    if (peer !== undefined) this.#owner.broken(reason, peer);
  }

  #seal({ bytes, block, start, eventBytes }: SealedPacket): void {
    if (this.#state === "ended") return;
    this.#sent = (this.#sent + 1) >>> 0;
    writeHeader(block.sink.view, start, {
      numbered: true,
      number: this.#sent,
      acknowledged: this.#received,
      sentAt: this.#sessionTime(this.#outbox.openedAt),
    });
    this.#kept.add({ number: this.#sent, bytes, block, eventBytes });
    if (this.#connection !== undefined) this.#hasAcknowledged();
    this.#pump();
  }

  #pump(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    while (!this.#full) {
      const packet = this.#kept.take();
      if (packet === undefined) return;
      this.#handed = packet.number;
      if (distance(packet.number, this.#handedEver) > 0) this.#handedEver = packet.number;
      this.#full = !connection.send(packet.bytes);
      if (this.without === "acknowledgement") this.#kept.acknowledge(packet.number);
      // A broken pipe may have told so while it was handed the packet.
      if (this.#connection !== connection) return;
    }
  }

  #drain(): void {
    if (this.without === "drain") return;
    this.#full = false;
    this.#pump();
    // An acknowledgement that fell due while the pipe was full is late: the peer may wait for nothing else.
    if (this.#acknowledgeTimer === undefined) this.#acknowledgeNow();
    this.#owner.room();
  }

  #packet(bytes: Uint8Array): void {
    const now = this.#options.clock.now();
    this.#lastReadAt = now;
    this.#arrivalTime = now;
    this.#arrivalUses = 0;
    this.#heartbeat.heard(now);
    if (this.#held !== undefined) return this.#hold(this.#held, bytes);
    try {
      this.#read(bytes, now);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #read(bytes: Uint8Array, now: number): void {
    const header = readHeader(bytes);
    this.#takeAcknowledgement(header.acknowledged);
    const ahead = distance(header.number, this.#received);
    if ((header.numbered ? ahead > 1 : ahead > 0) && this.without !== "gap-check") {
      // Something between is lost on a live connection: the other side still has it, so resume.
      this.break(new Error(`packets are missing: got number ${header.number} after ${this.#received}`));
      return;
    }
    const late = this.#lateness.observe(this.#sessionTime(now), header.sentAt);
    if (header.numbered && ahead <= 0 && this.without !== "duplicate-check") return;
    // Counted before its frames go up: one that fails up there ends the session, and must never come again.
    if (header.numbered && ahead > 0) this.#received = header.number;
    const { limits, frames, targets } = this.#options;
    const reader = new FrameReader(bytes, headerBytes, limits, frames, targets);
    this.#readFrames(reader, header.numbered, now - late);
    if (header.numbered && this.#state === "open") this.#countReceived(bytes.length);
  }

  #readFrames(reader: FrameReader, numbered: boolean, sentAt: number): void {
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      this.#handUp(frame, numbered, sentAt);
      if (this.#state === "ended") return;
      if (this.#turn.spend()) return this.#yield(reader.keepRest(), numbered, sentAt);
    }
  }

  // The others' turn. Order is kept: whatever comes of this connection waits behind what is held.
  #yield(reader: FrameReader | undefined, numbered: boolean, sentAt: number): void {
    this.#held = {
      rest: reader === undefined ? undefined : { reader, numbered, sentAt },
      packets: [],
      bytes: 0,
    };
    this.#connection?.pause();
  }

  #hold(held: Held, bytes: Uint8Array): void {
    // A copy, which the slice of a Buffer would not be.
    held.packets.push(new Uint8Array(bytes));
    held.bytes += bytes.length;
    if (held.bytes > 2 * this.#options.limits.maxPacketBytes)
      this.break(new Error(`${held.bytes} bytes came while the connection was paused`));
  }

  #continue(): void {
    const held = this.#held;
    if (held === undefined) return;
    const connection = this.#connection;
    this.#held = undefined;
    this.#arrivalTime = this.#options.clock.now();
    try {
      if (held.rest !== undefined) this.#readFrames(held.rest.reader, held.rest.numbered, held.rest.sentAt);
    } catch (error) {
      this.#refuse(error);
    }
    // Each may end the turn again: then the next ones are held behind it.
    for (const bytes of held.packets) if (this.#connection === connection) this.#packet(bytes);
    if (this.#held === undefined) this.#connection?.resume();
  }

  #handUp(frame: Frame, numbered: boolean, sentAt: number): void {
    switch (frame.type) {
      case "hello":
      case "welcome":
        throw new ProtocolError(`${frame.type} on an open session`);
      case "ping":
        if (!frame.answer) this.#sendLoose({ type: "ping", answer: true });
        return;
      case "close":
        this.#closedAfter = this.#acknowledged;
        this.end(fromErrorBody(frame));
        return;
      default:
        // Only numbered packets are safe from coming twice.
        if (!numbered) throw new ProtocolError(`${frame.type} in a packet without a number`);
        this.#owner.frame(frame, sentAt);
    }
  }

  #takeAcknowledgement(number: number): void {
    if (distance(number, this.#sent) > 0)
      throw new ProtocolError(`acknowledgement of ${number}, only ${this.#sent} were sent`);
    // A packet that is resent carries an acknowledgement of its first sending.
    if (distance(number, this.#acknowledged) <= 0) return;
    this.#acknowledged = number;
    this.#kept.acknowledge(number);
    this.#owner.room();
  }

  // Acknowledged is not enough: a connection that is full, or a peer that acknowledges what it never got, has bytes of it
  // under way.
  #freed(block: Block): void {
    if (!block.lost && this.#connection?.holding === false) this.#outbox.free(block);
  }

  #countReceived(bytes: number): void {
    this.#unacknowledgedBytes += bytes;
    const { clock } = this.#options;
    if (this.#unacknowledgedBytes < acknowledgeBytes)
      this.#acknowledgeTimer ??= clock.timer(acknowledgeMs, () => this.#acknowledgeNow());
    else if (!this.#acknowledgesSoon) {
      // Not at once: what this turn answers carries it, and a packet less is a write and a read less.
      this.#acknowledgesSoon = true;
      later(clock, () => {
        this.#acknowledgesSoon = false;
        if (this.#unacknowledgedBytes > 0) this.#sendLoose(undefined);
      });
    }
  }

  #acknowledgeNow(): void {
    this.#acknowledgeTimer = undefined;
    if (this.#unacknowledgedBytes > 0) this.#sendLoose(undefined);
  }

  // Whatever leaves carries the newest acknowledgement.
  #hasAcknowledged(): void {
    this.#unacknowledgedBytes = 0;
  }

  #sendLoose(frame: HandshakeFrame | undefined): void {
    const connection = this.#connection;
    // A full pipe gets nothing on top: what waits in it carries an acknowledgement soon enough.
    if (connection === undefined || (this.#full && frame?.type !== "close")) return;
    const header = {
      number: this.#handed,
      // In a close it says how far this side got, the packet it stopped in included: what comes after never runs.
      acknowledged: this.#received,
      sentAt: this.#sessionTime(this.#options.clock.now()),
    };
    this.#full = !connection.send(createLoosePacket(header, frame, this.#peerLimits, this.#options.frames));
    this.#hasAcknowledged();
  }

  #refuse(error: unknown): void {
    void this.close(error instanceof ProtocolError ? this.#blame(error) : this.#fail(error));
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

  #sessionTime(now: number): number {
    return Math.trunc(now - this.#zero) >>> 0;
  }
}
