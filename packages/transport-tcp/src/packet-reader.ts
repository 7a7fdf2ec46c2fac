import type { ConnectionOptions } from "@rpc/core/transport";
import { PacketDecoder, prefixBytes, sizeOfOnly } from "./framing.js";
import { PacketTimeout } from "./packet-timeout.js";

/** Whose packets these are. */
export interface PacketTaker {
  /** One whole packet. */
  packet(bytes: Uint8Array): void;
  /** What came is no packet. Nothing is delivered after it. */
  broken(reason: Error): void;
}

/**
 * The reading half of a connection: chunks in, packets out while somebody takes them.
 *
 * Nothing is thrown to who pushes: what the peer did wrong is told to `broken`, and nothing is delivered after it.
 */
export class PacketReader {
  /** Largest packet taken; may change between two packets of one chunk. */
  maxPacketBytes: number;
  readonly #decoder = new PacketDecoder();
  readonly #options: Pick<ConnectionOptions, "clock" | "packetTimeoutMs">;
  readonly #taker: PacketTaker;
  /** Made by the first packet that comes in pieces. */
  #timeout: PacketTimeout | undefined;
  #started = false;
  /** Whether the decoder holds nothing. */
  #whole = true;
  #paused = false;
  #closed = false;

  constructor(options: ConnectionOptions, taker: PacketTaker) {
    this.maxPacketBytes = options.maxPacketBytes;
    this.#options = options;
    this.#taker = taker;
  }

  /** Somebody takes packets now. */
  get flowing(): boolean {
    return this.#started && !this.#paused && !this.#closed;
  }

  /** Why ending here is out of order; nothing between two packets. */
  get unfinished(): Error | undefined {
    if (!this.#decoder.incomplete) return undefined;
    return new Error(`connection ended inside a packet: ${this.#decoder.progress} came`);
  }

  start(): void {
    this.#started = true;
  }

  /** Takes the next chunk and delivers what it completes. Only while flowing; else the chunk is dropped. */
  push(chunk: Uint8Array): void {
    if (!this.flowing) return;
    // Most chunks are one whole packet, which needs no decoder: one of many connections has it out of the processor's reach.
    const size = this.#whole ? sizeOfOnly(chunk) : 0;
    if (size > 0 && size <= this.maxPacketBytes) return this.#deliver(chunk.subarray(prefixBytes));
    this.#decoder.push(chunk);
    this.drain();
  }

  /** Delivers what was pushed and not yet taken, until it is all or the taker pauses. */
  drain(): void {
    try {
      while (this.flowing) {
        const packet = this.#decoder.next(this.maxPacketBytes);
        if (packet === undefined) break;
        this.#timeout?.finish();
        this.#taker.packet(packet);
      }
      this.#whole = this.flowing && !this.#decoder.incomplete;
      if (this.flowing && !this.#whole) this.#beginTimeout();
    } catch (reason) {
      this.#break(reason as Error);
    }
  }

  /** The rest of a chunk waits for `resume` and `drain`. Time in which nobody reads is not counted as the sender's. */
  pause(): void {
    this.#paused = true;
    this.#timeout?.finish();
  }

  /** Returns false when it was not paused. */
  resume(): boolean {
    const wasPaused = this.#paused;
    this.#paused = false;
    return wasPaused;
  }

  /** Nothing is delivered afterwards, and no timer is left. Safe to call twice. */
  close(): void {
    this.#closed = true;
    this.#timeout?.close();
  }

  #deliver(packet: Uint8Array): void {
    try {
      this.#taker.packet(packet);
    } catch (reason) {
      this.#break(reason as Error);
    }
  }

  #break(reason: Error): void {
    this.close();
    this.#taker.broken(reason);
  }

  #beginTimeout(): void {
    const { clock, packetTimeoutMs: timeoutMs } = this.#options;
    this.#timeout ??= new PacketTimeout({
      clock,
      timeoutMs,
      expired: () => this.#expire(timeoutMs),
      quiet: () => this.#decoder.release(),
    });
    this.#timeout.begin();
  }

  #expire(timeoutMs: number): void {
    this.#break(new Error(`packet not whole after ${timeoutMs} ms: ${this.#decoder.progress} came`));
  }
}
