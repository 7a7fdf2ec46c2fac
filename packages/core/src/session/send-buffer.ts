import { distance } from "../wire/packet.js";
import type { SendBudget } from "./send-budget.js";

interface KeptPacket {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly eventBytes: number;
}

/** Numbered packets that the peer has not acknowledged, in order, with how far the present connection has got. */
export class SendBuffer {
  readonly #budget: SendBudget;
  #packets: KeptPacket[] = [];
  /** Index of the first packet not yet handed to the present connection. */
  #next = 0;
  #bytes = 0;
  #eventBytes = 0;

  constructor(budget: SendBudget) {
    this.#budget = budget;
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
    return this.#packets.length;
  }

  add(number: number, bytes: Uint8Array, eventBytes: number): void {
    this.#packets.push({ number, bytes, eventBytes });
    this.#bytes += bytes.length;
    this.#eventBytes += eventBytes;
    this.#budget.add(bytes.length);
  }

  /** The next packet for the present connection, which has it then; undefined when it has all. */
  take(): KeptPacket | undefined {
    const packet = this.#packets[this.#next];
    if (packet !== undefined) this.#next += 1;
    return packet;
  }

  /** A new connection starts at the oldest packet. */
  rewind(): void {
    this.#next = 0;
  }

  /** Lets go of everything up to `number`. */
  acknowledge(number: number): void {
    const before = this.#bytes;
    let count = 0;
    for (const packet of this.#packets) {
      if (distance(packet.number, number) > 0) break;
      this.#bytes -= packet.bytes.length;
      this.#eventBytes -= packet.eventBytes;
      count += 1;
    }
    if (count === 0) return;
    this.#packets.splice(0, count);
    this.#next = Math.max(0, this.#next - count);
    this.#budget.remove(before - this.#bytes);
  }

  clear(): void {
    const bytes = this.#bytes;
    this.#packets = [];
    this.#next = 0;
    this.#bytes = 0;
    this.#eventBytes = 0;
    this.#budget.remove(bytes);
  }
}
