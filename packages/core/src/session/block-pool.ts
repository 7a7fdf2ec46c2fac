import { ByteSink } from "../wire/byte-sink.js";
import { sharedPacketBytes } from "../wire/packet.js";

/** Blocks of each size that a pool keeps: a megabyte in all. */
const kept = 8;
/** Of a small block; 1,000 sessions that wait for an acknowledgement each hold one. */
const smallBytes = 4 * 1024;
/** Of a large one: half a packet may lie in it already, and a full one still fits. */
const largeBytes: number = 1.5 * sharedPacketBytes + 1024;

/**
 * Memory that packets are written into, back to back.
 *
 * It may be written again from its start when every packet in it is acknowledged and no connection reads it any more. Both
 * are needed: a peer may acknowledge what never left, and other bytes would leave in its place.
 */
export class Block {
  readonly sink: ByteSink;
  readonly #capacity: number;
  /** Packets in it that are not acknowledged. */
  packets = 0;
  /** A connection that is gone may still read it: it is never written again. */
  lost = false;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.sink = new ByteSink(capacity);
  }

  /** Whether another packet may begin behind those that are in it. */
  get usable(): boolean {
    return !this.lost && this.sink.position <= this.#capacity / 3;
  }

  /** Whether a large frame made it grow. */
  get grown(): boolean {
    return this.sink.bytes.length > this.#capacity;
  }
}

/** Blocks that nobody uses, for all sessions of a server or client. An idle session holds none. */
export class BlockPool {
  readonly #small: Block[] = [];
  readonly #large: Block[] = [];

  /** A block for packets of about so many bytes. */
  take(bytes: number): Block {
    if (bytes <= smallBytes / 3) return this.#small.pop() ?? new Block(smallBytes);
    return this.#large.pop() ?? new Block(largeBytes);
  }

  /** Takes back a block that may be written again. One that a large frame made grow is let go. */
  give(block: Block): void {
    if (block.grown) return;
    const free = block.sink.bytes.length === smallBytes ? this.#small : this.#large;
    if (free.length >= kept) return;
    block.sink.rewind();
    free.push(block);
  }
}
