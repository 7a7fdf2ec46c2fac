import type { ConnectionOptions } from "@rpc/core/transport";
import { PacketDecoder } from "./framing.js";
import { PacketTimeout } from "./packet-timeout.js";

/**
 * The reading half of a connection: chunks in, packets out while somebody takes them.
 *
 * Nothing is thrown to who pushes: what the peer did wrong is told to `broken`, and nothing is delivered after it.
 */
export class PacketReader {
  /** Largest packet taken; may change between two packets of one chunk. */
  maxPacketBytes: number;
  readonly #decoder = new PacketDecoder();
  readonly #timeout: PacketTimeout;
  readonly #broken: (reason: Error) => void;
  #deliver: ((packet: Uint8Array) => void) | undefined;
  #paused = false;
  #closed = false;

  constructor(options: ConnectionOptions, broken: (reason: Error) => void) {
    this.maxPacketBytes = options.maxPacketBytes;
    this.#broken = broken;
    this.#timeout = new PacketTimeout({
      clock: options.clock,
      timeoutMs: options.packetTimeoutMs,
      expired: () => this.#expire(options.packetTimeoutMs),
      quiet: () => this.#decoder.release(),
    });
  }

  /** Somebody takes packets now. */
  get flowing(): boolean {
    return this.#deliver !== undefined && !this.#paused && !this.#closed;
  }

  /** Why ending here is out of order; nothing between two packets. */
  get unfinished(): Error | undefined {
    if (!this.#decoder.incomplete) return undefined;
    return new Error(`connection ended inside a packet: ${this.#decoder.progress} came`);
  }

  start(deliver: (packet: Uint8Array) => void): void {
    this.#deliver = deliver;
  }

  /** Takes the next chunk and delivers what it completes. Only while flowing; else the chunk is dropped. */
  push(chunk: Uint8Array): void {
    if (!this.flowing) return;
    this.#decoder.push(chunk);
    this.drain();
  }

  /** Delivers what was pushed and not yet taken, until it is all or the taker pauses. */
  drain(): void {
    try {
      while (this.flowing) {
        const packet = this.#decoder.next(this.maxPacketBytes);
        if (packet === undefined) break;
        this.#timeout.finish();
        this.#deliver?.(packet);
      }
      if (this.flowing && this.#decoder.incomplete) this.#timeout.begin();
    } catch (reason) {
      this.close();
      this.#broken(reason as Error);
    }
  }

  /** The rest of a chunk waits for `resume` and `drain`. Time in which nobody reads is not counted as the sender's. */
  pause(): void {
    this.#paused = true;
    this.#timeout.finish();
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
    this.#timeout.close();
  }

  #expire(timeoutMs: number): void {
    this.close();
    this.#broken(new Error(`packet not whole after ${timeoutMs} ms: ${this.#decoder.progress} came`));
  }
}
