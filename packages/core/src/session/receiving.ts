import type { Clock } from "../clock.js";
import type { Limits } from "../limits.js";
import type { Connection } from "../transport.js";
import { FrameReader } from "../wire/decode-frame.js";
import type { Frame } from "../wire/frame.js";
import type { FrameSet } from "../wire/frame-set.js";
import { distance, headerBytes, readHeader } from "../wire/packet.js";
import type { TargetTable } from "../wire/target-table.js";
import { Lateness } from "./lateness.js";
import { usesOfTime } from "./outbox.js";
import { ReadTurn, type TurnTaker } from "./read-turn.js";
import type { Safety } from "./safeties.js";
import type { Sending } from "./sending.js";

export interface ReceivingOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  /** What this side reads and writes. */
  readonly frames: FrameSet;
  /** What can be called by name; for who is called. */
  readonly targets?: TargetTable | undefined;
  /** A safety taken away by the testing kit. */
  readonly without?: Safety | undefined;
}

/** The session that receives. */
export interface ReceivingSession {
  readonly open: boolean;
  readonly connection: Connection | undefined;
  readonly zero: number;
  /** A frame of the peer, once, in order. Throws `ProtocolError` for one that does not belong there. */
  handUp(frame: Frame, numbered: boolean, sentAt: number): void;
  /** Something was acknowledged: there may be room again. */
  acknowledged(): void;
  break(reason: Error): void;
  /** The peer broke the protocol, or this side failed at what it sent. */
  refuse(error: unknown): void;
}

/** What of a connection waits for its next turn. */
interface Held {
  /** The rest of a packet whose number counts as received: it is handed up whatever becomes of the connection. */
  rest: { readonly reader: FrameReader; readonly numbered: boolean; readonly sentAt: number } | undefined;
  /** Packets behind it: at most what the transport had read when it was told to pause. */
  packets: Uint8Array[];
  bytes: number;
}

/** The receiving half of a session: packets become frames, each once and in order, however often they came. */
export class Receiving implements TurnTaker {
  readonly #of: ReceivingSession;
  readonly #options: ReceivingOptions;
  readonly #sending: Sending;
  readonly #lateness = new Lateness();
  readonly #turn: ReadTurn;
  /** Set while the turn is over. */
  #held: Held | undefined;
  #received = 0;
  #readAt: number;
  #time = 0;
  #timeUses = 0;

  constructor(of: ReceivingSession, options: ReceivingOptions, sending: Sending) {
    this.#of = of;
    this.#options = options;
    this.#sending = sending;
    this.#readAt = of.zero;
    this.#turn = new ReadTurn(options.clock, this);
  }

  /** Last packet number of which frames were handed up. */
  get received(): number {
    return this.#received;
  }

  /** When something was last read, by the clock. */
  get readAt(): number {
    return this.#readAt;
  }

  /** Whether everything that arrived was handed up. */
  get settled(): boolean {
    return this.#held === undefined;
  }

  /** About now, while frames are handed up. */
  get time(): number {
    this.#timeUses += 1;
    if (this.#timeUses % usesOfTime === 0) this.#time = this.#options.clock.now();
    return this.#time;
  }

  /** A connection is there. */
  attach(connection: Connection): void {
    this.#readAt = Math.trunc(this.#options.clock.now());
    connection.maxPacketBytes = this.#options.limits.maxPacketBytes;
    if (this.#held !== undefined) connection.pause();
  }

  /** The connection is gone. What was not counted as received comes again, on another. */
  detach(): void {
    if (this.#held !== undefined) this.#held = { rest: this.#held.rest, packets: [], bytes: 0 };
  }

  /** The session is over: nothing is handed up any more. */
  clear(): void {
    this.#turn.stop();
    this.#held = undefined;
  }

  /** A packet came on the present connection. */
  packet(bytes: Uint8Array): void {
    const now = this.#options.clock.now();
    // Whole, since a fraction is memory of its own to reach for at each packet.
    this.#readAt = Math.trunc(now);
    this.#time = now;
    this.#timeUses = 0;
    if (this.#held !== undefined) return this.#hold(this.#held, bytes);
    try {
      this.#read(bytes, now);
    } catch (error) {
      this.#of.refuse(error);
    }
  }

  continue(): void {
    const held = this.#held;
    if (held === undefined) return;
    const { connection } = this.#of;
    this.#held = undefined;
    this.#time = this.#options.clock.now();
    try {
      if (held.rest !== undefined) this.#readFrames(held.rest.reader, held.rest.numbered, held.rest.sentAt);
    } catch (error) {
      this.#of.refuse(error);
    }
    // Each may end the turn again: then the next ones are held behind it.
    for (const bytes of held.packets) if (this.#of.connection === connection) this.packet(bytes);
    if (this.#held === undefined) this.#of.connection?.resume();
  }

  #read(bytes: Uint8Array, now: number): void {
    const { without } = this.#options;
    const header = readHeader(bytes);
    if (this.#sending.take(header.acknowledged)) this.#of.acknowledged();
    const ahead = distance(header.number, this.#received);
    if ((header.numbered ? ahead > 1 : ahead > 0) && without !== "gap-check") {
      // Something between is lost on a live connection: the other side still has it, so resume.
      this.#of.break(new Error(`packets are missing: got number ${header.number} after ${this.#received}`));
      return;
    }
    const late = this.#lateness.observe(Math.trunc(now - this.#of.zero) >>> 0, header.sentAt);
    if (header.numbered && ahead <= 0 && without !== "duplicate-check") return;
    // Counted before its frames go up: one that fails up there ends the session, and must never come again.
    if (header.numbered && ahead > 0) this.#received = header.number;
    const { limits, frames, targets } = this.#options;
    const reader = new FrameReader(bytes, headerBytes, limits, frames, targets);
    this.#readFrames(reader, header.numbered, now - late);
    if (header.numbered && this.#of.open) this.#sending.owe(bytes.length);
  }

  #readFrames(reader: FrameReader, numbered: boolean, sentAt: number): void {
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      this.#of.handUp(frame, numbered, sentAt);
      if (!this.#of.open) return;
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
    this.#of.connection?.pause();
  }

  #hold(held: Held, bytes: Uint8Array): void {
    // A copy, which the slice of a Buffer would not be.
    held.packets.push(new Uint8Array(bytes));
    held.bytes += bytes.length;
    if (held.bytes > 2 * this.#options.limits.maxPacketBytes)
      this.#of.break(new Error(`${held.bytes} bytes came while the connection was paused`));
  }
}
