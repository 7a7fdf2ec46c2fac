import type { RpcError } from "../../src/errors.js";
import { checkLimits, type Limits } from "../../src/limits.js";
import { BlockPool } from "../../src/session/block-pool.js";
import { toPeerLimits } from "../../src/session/handshake.js";
import { Session } from "../../src/session/session.js";
import { createSharedParts } from "../../src/session/shared-parts.js";
import { everyFrame } from "../../src/testing/every-frame.js";
import { SeededRandom } from "../../src/testing/seeded-random.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import type { Connection, Peer, Receiver } from "../../src/transport.js";
import type { SessionFrame } from "../../src/wire/frame.js";
import { type PacketHeader, readHeader } from "../../src/wire/packet.js";
import { RecordingLogger } from "../recording-logger.js";

/** A connection that keeps what it is given until the test takes it. */
export class HeldConnection implements Connection {
  readonly peer: Peer = { scheme: "held" };
  maxPacketBytes = 0;
  /** What was handed over and not taken by the test. */
  sent: Uint8Array[] = [];
  /** What `send` answers with: the pipe is full. */
  full = false;
  /** Whether its session asked for a pause; what the test delivers all the same comes, as what was read already. */
  paused = false;
  closed = false;
  receiver: Receiver | undefined;

  send(packet: Uint8Array): boolean {
    this.sent.push(packet);
    return !this.full;
  }

  start(receiver: Receiver): void {
    this.receiver = receiver;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.receiver?.closed();
  }

  take(): Uint8Array[] {
    const taken = this.sent;
    this.sent = [];
    return taken;
  }

  /** Headers of what waits. */
  get headers(): PacketHeader[] {
    return this.sent.map(headerOf);
  }
}

export function headerOf(packet: Uint8Array): PacketHeader {
  return readHeader(packet);
}

/** One side of a pair, with all that its session told. */
export class Side {
  readonly session: Session;
  readonly limits: Limits;
  readonly logger = new RecordingLogger();
  readonly frames: SessionFrame[] = [];
  readonly sentAt: number[] = [];
  readonly broken: Error[] = [];
  readonly ended: RpcError[] = [];
  rooms = 0;
  connection = new HeldConnection();

  constructor(clock: VirtualClock, limits: Partial<Limits>, pool: BlockPool) {
    this.limits = checkLimits(limits);
    const options = {
      clock,
      limits: this.limits,
      logger: this.logger,
      random: new SeededRandom(1),
      shared: createSharedParts(clock, this.limits, pool),
      frames: everyFrame,
    };
    this.session = new Session(options, toPeerLimits(this.limits), {
      frame: (frame, sentAt) => {
        this.frames.push(frame);
        this.sentAt.push(sentAt);
      },
      room: () => {
        this.rooms += 1;
      },
      broken: (reason) => this.broken.push(reason),
      ended: (reason) => this.ended.push(reason),
    });
  }

  /** Ids of the cancel frames that came: what the tests send to count. */
  get ids(): number[] {
    return this.frames.flatMap((frame) => (frame.type === "cancel" ? [frame.id] : []));
  }

  attach(peer: Side, received: number): void {
    this.connection = new HeldConnection();
    this.connection.start(this.session.attach(this.connection, toPeerLimits(peer.limits), received));
  }

  send(...ids: number[]): void {
    for (const id of ids) this.session.send({ type: "cancel", id });
  }

  /** Delivers packets to this side, as its connection would. */
  receive(packets: readonly Uint8Array[]): void {
    const { receiver } = this.connection;
    for (const packet of packets) receiver?.packet(packet);
  }
}

/** Two sessions with each other, over connections whose packets the test carries. */
export class SessionPair {
  readonly clock: VirtualClock;
  readonly near: Side;
  readonly far: Side;

  constructor(limits: Partial<Limits> = {}, clock: VirtualClock = new VirtualClock()) {
    const pool = new BlockPool();
    this.clock = clock;
    this.near = new Side(clock, limits, pool);
    this.far = new Side(clock, limits, pool);
    this.connect();
  }

  /** A new connection, as after a handshake that told both what the other has. */
  connect(): void {
    const nearHas = this.near.session.received;
    this.near.attach(this.far, this.far.session.received);
    this.far.attach(this.near, nearHas);
  }

  /** The connection breaks; what it held is gone. */
  cut(): void {
    for (const side of [this.near, this.far]) {
      side.connection.take();
      side.session.break(new Error("cut"));
    }
  }

  /** Carries packets to and fro until nobody has any. */
  async deliver(): Promise<void> {
    await this.clock.settle();
    while (this.near.connection.sent.length + this.far.connection.sent.length > 0) {
      this.far.receive(this.near.connection.take());
      this.near.receive(this.far.connection.take());
      await this.clock.settle();
    }
  }
}
