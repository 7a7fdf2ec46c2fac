import { distance } from "../wire/packet.js";
import type { Block } from "./block-pool.js";
import type { SendBudget } from "./send-budget.js";

/** A numbered packet, and the block that its bytes lie in. */
export interface KeptPacket {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly eventBytes: number;
  readonly block: Block;
}

/** Whose packets are kept. */
export interface BlockOwner {
  /** The last packet of a block was acknowledged. */
  freed(block: Block): void;
}

/** Numbered packets that the peer has not acknowledged, in order, with how far the present connection has got. */
export class SendBuffer {
  readonly #budget: SendBudget;
  readonly #owner: BlockOwner;
  #packets: (KeptPacket | undefined)[] = [];
  /** Index of the first packet that is kept: those before it are acknowledged, and leave a few hundred at a time. */
  #first = 0;
  /** Index of the first packet not yet handed to the present connection. */
  #next = 0;
  #bytes = 0;
  #eventBytes = 0;

  constructor(budget: SendBudget, owner: BlockOwner) {
    this.#budget = budget;
    this.#owner = owner;
  }

  /** Bytes kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of events among them. */
  get eventBytes(): number {
    return this.#eventBytes;
  }

  get size(): number {
    return this.#packets.length - this.#first;
  }

  add(packet: KeptPacket): void {
    this.#packets.push(packet);
    packet.block.packets += 1;
    this.#bytes += packet.bytes.length;
    this.#eventBytes += packet.eventBytes;
    this.#budget.add(packet.bytes.length);
  }

  /** The next packet for the present connection, which has it then; undefined when it has all. */
  take(): KeptPacket | undefined {
    const packet = this.#packets[this.#next];
    if (packet !== undefined) this.#next += 1;
    return packet;
  }

  /** The connection is gone, and may still read what it was given; a new one starts at the oldest packet. */
  rewind(): void {
    for (let index = this.#first; index < this.#next; index++) this.#packets[index]!.block.lost = true;
    this.#next = this.#first;
  }

  /** Lets go of everything up to `number`. */
  acknowledge(number: number): void {
    const before = this.#bytes;
    while (this.#first < this.#packets.length) {
      const packet = this.#packets[this.#first]!;
      if (distance(packet.number, number) > 0) break;
      this.#bytes -= packet.bytes.length;
      this.#eventBytes -= packet.eventBytes;
      this.#packets[this.#first] = undefined;
      this.#first += 1;
      packet.block.packets -= 1;
      if (packet.block.packets === 0) this.#owner.freed(packet.block);
    }
    if (before === this.#bytes) return;
    this.#shorten();
    this.#budget.remove(before - this.#bytes);
  }

  clear(): void {
    const bytes = this.#bytes;
    this.#packets = [];
    this.#first = 0;
    this.#next = 0;
    this.#bytes = 0;
    this.#eventBytes = 0;
    this.#budget.remove(bytes);
  }

  // Moving what is left up at each acknowledgement would cost more than the acknowledgement.
  #shorten(): void {
    this.#next = Math.max(this.#next, this.#first);
    if (this.#first < this.#packets.length && this.#first < movedAt) return;
    if (this.#first === this.#packets.length) this.#packets.length = 0;
    else this.#packets.splice(0, this.#first);
    this.#next -= this.#first;
    this.#first = 0;
  }
}

const movedAt = 256;
