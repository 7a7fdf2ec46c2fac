import type { Clock } from "../clock.js";
import type { Limits } from "../limits.js";
import type { Connection } from "../transport.js";
import type { OutgoingFrame } from "../wire/encode-frame.js";
import type { HandshakeFrame, PeerLimits } from "../wire/frame.js";
import type { FrameSet } from "../wire/frame-set.js";
import { distance, writeHeader } from "../wire/packet.js";
import { ProtocolError } from "../wire/protocol-error.js";
import type { Block } from "./block-pool.js";
import { createLoosePacket } from "./loose-packet.js";
import { Outbox, type PacketOwner, type SealedPacket } from "./outbox.js";
import { type AcknowledgingSession, acknowledgeBytes, OwedAcknowledgement } from "./owed-acknowledgement.js";
import type { Safety } from "./safeties.js";
import { type BlockOwner, SendBuffer } from "./send-buffer.js";
import type { SharedParts } from "./shared-parts.js";

export interface SendingOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly shared: SharedParts;
  /** What this side reads and writes. */
  readonly frames: FrameSet;
  /** A safety taken away by the testing kit. */
  readonly without?: Safety | undefined;
}

/** The session that sends. */
export interface SendingSession {
  readonly open: boolean;
  readonly connection: Connection | undefined;
  readonly peerLimits: PeerLimits;
  /** Last packet number that was handed up: what leaves tells the peer. */
  readonly received: number;
  /** When the session began, by the clock: times on the wire count from there. */
  readonly zero: number;
}

/** The sending half of a session: frames become packets, which are kept until the peer has acknowledged them. */
export class Sending implements PacketOwner, BlockOwner, AcknowledgingSession {
  readonly #of: SendingSession;
  readonly #options: SendingOptions;
  readonly #outbox: Outbox;
  readonly #kept: SendBuffer;
  readonly #owed: OwedAcknowledgement;
  #full = false;
  #sent = 0;
  /** Last number handed to the present connection. */
  #handed = 0;
  /** Last number handed to any connection. */
  #handedEver = 0;
  #acknowledged = 0;
  /** Whether the peer was asked for an acknowledgement that it has not given. */
  #asked = false;

  constructor(of: SendingSession, options: SendingOptions) {
    this.#of = of;
    this.#options = options;
    this.#kept = new SendBuffer(options.shared.budget, this);
    this.#outbox = new Outbox(options, this);
    this.#owed = new OwedAcknowledgement(this, options);
  }

  /** Bytes sent and not acknowledged. */
  get bytes(): number {
    return this.#kept.bytes;
  }

  /** Whether everything that was sent has arrived. */
  get settled(): boolean {
    return this.#kept.size === 0;
  }

  /** Whether the send buffer takes more. */
  get hasRoom(): boolean {
    const { limits, shared } = this.#options;
    return this.#kept.bytes < limits.sendBufferBytes && shared.budget.hasRoom;
  }

  /** Whether events may enter a packet. */
  get hasEventRoom(): boolean {
    return (
      this.hasRoom && !this.#outbox.encoding && this.#kept.eventBytes < this.#options.limits.eventWindowBytes
    );
  }

  /** Last number that the peer acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** The least number that the packet of the next frame can have. */
  get nextPacket(): number {
    return (this.#sent + 1) >>> 0;
  }

  /** When the packet that takes the next frame was begun, by the clock. */
  get packetTime(): number {
    return this.#outbox.openedAt;
  }

  /** About now. */
  get turnTime(): number {
    return this.#outbox.turnTime;
  }

  /** Writes a frame, and returns the number of the packet that carries it. Throws `RpcError` for what cannot travel. */
  send(frame: OutgoingFrame): number {
    if (this.#of.open) this.#outbox.write(frame, this.#of.peerLimits);
    return this.#outbox.waiting ? (this.#sent + 1) >>> 0 : this.#sent;
  }

  /** Sends what was written in this turn now. */
  flush(): void {
    this.#outbox.flush();
  }

  /** Whether a packet of that number was handed to a connection. */
  wasHanded(number: number): boolean {
    return distance(number, this.#handedEver) <= 0;
  }

  /** Whether a peer that claims to have handed up `received` can be continued with. */
  canContinueFrom(received: number): boolean {
    return distance(received, this.#sent) <= 0 && distance(received, this.#acknowledged) >= 0;
  }

  /** A connection is there, and its handshake told both sides what the other has handed up. */
  attach(peerReceived: number): void {
    this.#full = false;
    if (distance(peerReceived, this.#acknowledged) > 0) this.#acknowledged = peerReceived;
    this.#kept.acknowledge(peerReceived);
    this.#handed = peerReceived;
    this.#owed.paid();
    this.#asked = false;
  }

  /** The connection is gone. */
  detach(): void {
    this.#kept.rewind();
    this.#owed.stop();
  }

  /** The session is over: nothing is sent any more. */
  clear(): void {
    this.#kept.clear();
  }

  /** Hands over what the connection takes. */
  pump(): void {
    const { connection } = this.#of;
    if (connection === undefined) return;
    while (!this.#full) {
      const packet = this.#kept.take();
      if (packet === undefined) return this.#ask();
      this.#handed = packet.number;
      if (distance(packet.number, this.#handedEver) > 0) this.#handedEver = packet.number;
      this.#full = !connection.send(packet.bytes);
      if (this.#options.without === "acknowledgement") this.#kept.acknowledge(packet.number);
      // A broken pipe may have told so while it was handed the packet.
      if (this.#of.connection !== connection) return;
    }
  }

  /** The connection takes packets again. */
  drain(): void {
    this.#full = false;
    this.pump();
    this.#owed.catchUp();
  }

  /** The peer has handed up everything to `number`. Returns whether that is news. Throws `ProtocolError`. */
  take(number: number): boolean {
    if (distance(number, this.#sent) > 0)
      throw new ProtocolError(`acknowledgement of ${number}, only ${this.#sent} were sent`);
    // A packet that is resent carries an acknowledgement of its first sending.
    if (distance(number, this.#acknowledged) <= 0) return false;
    this.#acknowledged = number;
    this.#asked = false;
    this.#kept.acknowledge(number);
    return true;
  }

  /** So many bytes came and were handed up: they are acknowledged soon. */
  owe(bytes: number): void {
    this.#owed.add(bytes);
  }

  /** The peer waits for acknowledgements from now on. */
  hurry(): void {
    this.#owed.hurry();
  }

  sendAcknowledgement(): void {
    this.sendLoose(undefined);
  }

  /** Sends a packet that is not kept: an acknowledgement, or one frame beside the path of calls. */
  sendLoose(frame: HandshakeFrame | undefined): void {
    const { connection, received, peerLimits } = this.#of;
    // A full pipe gets nothing on top: what waits in it carries an acknowledgement soon enough.
    if (connection === undefined || (this.#full && frame?.type !== "close")) return;
    const header = {
      number: this.#handed,
      // In a close it says how far this side got, the packet it stopped in included: what comes after never runs.
      acknowledged: received,
      sentAt: this.#sessionTime(this.#options.clock.now()),
    };
    this.#full = !connection.send(createLoosePacket(header, frame, peerLimits, this.#options.frames));
    this.#owed.paid();
  }

  sealed({ bytes, block, start, eventBytes }: SealedPacket): void {
    if (!this.#of.open) return;
    this.#sent = (this.#sent + 1) >>> 0;
    writeHeader(block.sink.view, start, {
      numbered: true,
      number: this.#sent,
      acknowledged: this.#of.received,
      sentAt: this.#sessionTime(this.#outbox.openedAt),
    });
    this.#kept.add({ number: this.#sent, bytes, block, eventBytes });
    // Whatever leaves carries the newest acknowledgement.
    if (this.#of.connection !== undefined) this.#owed.paid();
    this.pump();
  }

  // Acknowledged is not enough: a connection that is full, or a peer that acknowledges what it never got, has bytes of it
  // under way.
  freed(block: Block): void {
    if (!block.lost && this.#of.connection?.holding === false) this.#outbox.free(block);
  }

  // Nothing more can leave before the peer acknowledges what is so little that it would take its time.
  #ask(): void {
    const { bytes, eventBytes } = this.#kept;
    if (this.#asked || bytes === 0 || bytes >= acknowledgeBytes) return;
    if (this.hasRoom && eventBytes < this.#options.limits.eventWindowBytes) return;
    this.#asked = true;
    this.sendLoose({ type: "ping", answer: false });
  }

  #sessionTime(now: number): number {
    return Math.trunc(now - this.#of.zero) >>> 0;
  }
}
