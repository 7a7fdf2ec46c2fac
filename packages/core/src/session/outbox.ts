import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import { packetHeadroom } from "../transport.js";
import type { ByteSink } from "../wire/byte-sink.js";
import { encodeFrame, type OutgoingFrame } from "../wire/encode-frame.js";
import type { FrameSet } from "../wire/frame-set.js";
import { headerBytes, sharedPacketBytes } from "../wire/packet.js";
import type { ScanLimits } from "../wire/scan.js";
import type { Block } from "./block-pool.js";
import type { SharedParts } from "./shared-parts.js";
import type { TurnEnding } from "./turn-end.js";

/** What the peer takes. */
export interface OutboxLimits extends ScanLimits {
  readonly maxPacketBytes: number;
}

/** A packet that is whole but for its header, with the transport's headroom in front of it. */
export interface SealedPacket {
  readonly bytes: Uint8Array;
  readonly block: Block;
  /** Where it begins in its block. */
  readonly start: number;
  readonly eventBytes: number;
}

export interface OutboxOptions {
  readonly clock: Clock;
  readonly shared: Pick<SharedParts, "pool" | "turnEnd">;
  /** What this side writes. */
  readonly frames: FrameSet;
}

/** Whose packets these are. */
export interface PacketOwner {
  /** A packet is whole. */
  sealed(packet: SealedPacket): void;
}

/** How often a reading of the clock is used: what a caller or handler does between two uses makes it no older than that. */
export const usesOfTime = 8;

const bodyStart = packetHeadroom + headerBytes;

/**
 * Gathers the frames of one turn of the event loop into packets.
 *
 * What is written in a turn shares packets of at most 64 KiB; a larger frame has one to itself. A write to the network
 * costs as much as several calls, so this is where most of the speed comes from.
 */
export class Outbox implements TurnEnding {
  readonly #options: OutboxOptions;
  readonly #owner: PacketOwner;
  /** Where packets lie: stays between turns until its packets are acknowledged. */
  #block: Block | undefined;
  /** Where the open packet begins in it; -1 between turns. */
  #start = -1;
  #openedAt = 0;
  #turnTime = 0;
  #timeUses = 0;
  #lastBytes = 0;
  #eventBytes = 0;
  #encoding = false;

  constructor(options: OutboxOptions, owner: PacketOwner) {
    this.#options = options;
    this.#owner = owner;
  }

  /**
   * When the packets of this turn were begun, by the clock: their `sentAt`, to which times in them refer. Read once a turn,
   * since reading a clock costs a twentieth of a call.
   */
  get openedAt(): number {
    if (this.#start < 0) this.#open();
    return this.#openedAt;
  }

  /** About now: the time of this turn, read anew after some uses, for a turn may be long. */
  get turnTime(): number {
    if (this.#start < 0) this.#open();
    this.#timeUses += 1;
    if (this.#timeUses % usesOfTime === 0) this.#turnTime = this.#options.clock.now();
    return this.#turnTime;
  }

  /**
   * Writes a frame into the open packet; it leaves at the end of this turn. Returns its bytes.
   *
   * Throws `RpcError` and writes nothing: `invalid_argument` for a value that cannot travel, `resource_exhausted` for a
   * frame that is larger than the peer takes.
   */
  write(frame: OutgoingFrame, limits: OutboxLimits): number {
    if (this.#start < 0) this.#open();
    const { sink } = this.#block!;
    const start = sink.position;
    this.#encode(sink, frame, limits);
    const size = sink.position - start;
    if (size + headerBytes > limits.maxPacketBytes) {
      sink.position = start;
      throw tooLarge(size + headerBytes, limits.maxPacketBytes);
    }
    const limit = Math.min(sharedPacketBytes, limits.maxPacketBytes) + packetHeadroom;
    if (sink.position - this.#start > limit && start > this.#start + bodyStart) this.#sealBefore(sink, start);
    // Items of streams wait for the same room as events: replies have the rest.
    if (frame.type === "events" || frame.type === "items") this.#eventBytes += size;
    if (size + bodyStart > limit) {
      this.#emit();
      this.#begin();
    }
    return size;
  }

  /** Whether what was written last waits in the open packet, which has no number yet. */
  get waiting(): boolean {
    return this.#start >= 0 && this.#block!.sink.position > this.#start + bodyStart;
  }

  /** Whether a frame is being written: none can be written inside it. */
  get encoding(): boolean {
    return this.#encoding;
  }

  /** Lets the open packet leave now. */
  flush(): void {
    if (this.#start < 0) return;
    if (this.waiting) this.#emit();
    else this.#block!.sink.position = this.#start;
    // Begun behind a large frame and never written into: an idle session holds none.
    const untouched = this.#block!.sink.position === 0;
    this.#start = -1;
    if (untouched) this.free(this.#block!);
  }

  /** Nothing reads this block any more, whose packets are all acknowledged: it may be written again. */
  free(block: Block): void {
    if (block !== this.#block) this.#options.shared.pool.give(block);
    else if (this.#start < 0) {
      this.#block = undefined;
      this.#options.shared.pool.give(block);
    }
  }

  #encode(sink: ByteSink, frame: OutgoingFrame, limits: ScanLimits): void {
    if (this.#encoding) {
      // A getter of a value that is being written made a call: its frame would stand inside the other.
      throw new RpcError("failed_precondition", "a call was made while another's arguments were read", {
        outcome: "not-executed",
      });
    }
    this.#encoding = true;
    try {
      encodeFrame(sink, frame, limits, this.#options.frames);
    } finally {
      this.#encoding = false;
    }
  }

  #open(): void {
    this.#openedAt = this.#options.clock.now();
    this.#turnTime = this.#openedAt;
    this.#timeUses = 0;
    this.#begin();
    this.#options.shared.turnEnd.add(this);
  }

  #begin(): void {
    if (this.#block?.usable !== true) this.#block = this.#options.shared.pool.take(this.#lastBytes);
    const { sink } = this.#block;
    this.#start = sink.position;
    sink.begin();
    sink.position += bodyStart;
  }

  // The frame from `start` on did not fit beside the others: they leave, and it begins the next packet, in a block of its
  // own, since it lies where that packet's header would be.
  #sealBefore({ bytes, position: end }: ByteSink, start: number): void {
    this.#block!.sink.position = start;
    this.#emit();
    this.#block = this.#options.shared.pool.take(sharedPacketBytes);
    this.#begin();
    const { sink } = this.#block;
    sink.reserve(end - start);
    sink.bytes.set(bytes.subarray(start, end), sink.position);
    sink.position += end - start;
  }

  #emit(): void {
    const { sink } = this.#block!;
    const eventBytes = this.#eventBytes;
    const start = this.#start + packetHeadroom;
    this.#eventBytes = 0;
    this.#lastBytes = sink.position - this.#start;
    this.#owner.sealed({
      bytes: sink.bytes.subarray(start, sink.position),
      block: this.#block!,
      start,
      eventBytes,
    });
  }
}

function tooLarge(bytes: number, limit: number): RpcError {
  return new RpcError(
    "resource_exhausted",
    `packet of ${bytes} bytes exceeds the peer's maxPacketBytes of ${limit}`,
    {
      outcome: "not-executed",
    },
  );
}
