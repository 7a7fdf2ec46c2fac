import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import { packetHeadroom } from "../transport.js";
import type { ByteSink } from "../wire/byte-sink.js";
import { encodeFrame, type OutgoingFrame } from "../wire/encode-frame.js";
import { headerBytes, sharedPacketBytes } from "../wire/packet.js";
import type { ScanLimits } from "../wire/scan.js";
import type { SinkPool } from "./sink-pool.js";

/** What the peer takes. */
export interface OutboxLimits extends ScanLimits {
  readonly maxPacketBytes: number;
}

const bodyStart = packetHeadroom + headerBytes;

/**
 * Gathers the frames of one turn of the event loop into packets.
 *
 * What is written in a turn shares packets of at most 64 KiB; a larger frame has one to itself. A write to the network
 * costs as much as several calls, so this is where most of the speed comes from.
 */
export class Outbox {
  readonly #clock: Clock;
  readonly #pool: SinkPool;
  readonly #sealed: (packet: Uint8Array, eventBytes: number) => void;
  readonly #flush = (): void => this.flush();
  #sink: ByteSink | undefined;
  #eventBytes = 0;
  #encoding = false;

  /** `sealed` gets each packet when it is whole but for its header, with the transport's headroom in front of it. */
  constructor(clock: Clock, pool: SinkPool, sealed: (packet: Uint8Array, eventBytes: number) => void) {
    this.#clock = clock;
    this.#pool = pool;
    this.#sealed = sealed;
  }

  /**
   * Writes a frame into the open packet; it leaves at the end of this turn. Returns its bytes.
   *
   * Throws `RpcError` and writes nothing: `invalid_argument` for a value that cannot travel, `resource_exhausted` for a
   * frame that is larger than the peer takes.
   */
  write(frame: OutgoingFrame, limits: OutboxLimits): number {
    const sink = this.#sink ?? this.#open();
    const start = sink.position;
    this.#encode(sink, frame, limits);
    const size = sink.position - start;
    if (size + headerBytes > limits.maxPacketBytes) {
      sink.position = start;
      throw tooLarge(size + headerBytes, limits.maxPacketBytes);
    }
    const limit = Math.min(sharedPacketBytes, limits.maxPacketBytes) + packetHeadroom;
    if (sink.position > limit && start > bodyStart) this.#sealBefore(sink, start);
    // Items of streams wait for the same room as events: replies have the rest.
    if (frame.type === "events" || frame.type === "items") this.#eventBytes += size;
    if (sink.position > limit) this.#seal(sink);
    return size;
  }

  /** Whether what was written last waits in the open packet, which has no number yet. */
  get waiting(): boolean {
    return this.#sink !== undefined && this.#sink.position > bodyStart;
  }

  /** Whether a frame is being written: none can be written inside it. */
  get encoding(): boolean {
    return this.#encoding;
  }

  /** Lets the open packet leave now. */
  flush(): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    if (sink.position > bodyStart) this.#seal(sink);
    this.#sink = undefined;
    this.#pool.give(sink);
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
      encodeFrame(sink, frame, limits);
    } finally {
      this.#encoding = false;
    }
  }

  #open(): ByteSink {
    const sink = this.#pool.take();
    sink.position = bodyStart;
    this.#sink = sink;
    this.#clock.soon(this.#flush);
    return sink;
  }

  // The frame from `start` on did not fit beside the others: they leave, and it begins the next packet.
  #sealBefore(sink: ByteSink, start: number): void {
    const end = sink.position;
    sink.position = start;
    this.#emit(sink);
    sink.bytes.copyWithin(bodyStart, start, end);
    sink.position = bodyStart + (end - start);
  }

  #seal(sink: ByteSink): void {
    this.#emit(sink);
    sink.position = bodyStart;
  }

  #emit(sink: ByteSink): void {
    const eventBytes = this.#eventBytes;
    this.#eventBytes = 0;
    this.#sealed(sink.bytes.slice(0, sink.position).subarray(packetHeadroom), eventBytes);
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
