import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Connection, Peer, Receiver, Transport } from "../transport.js";

/** Packets and bytes that may wait in one direction before `send` answers false. */
const fullPackets = 256;
const fullBytes = 1024 * 1024;
/** Longest time that deliveries follow each other before timers and sockets of the process get their turn. */
const turnMs = 10;

/**
 * Both ends in one process, through the codec: values are copied, as over a network.
 *
 * Give the same `memory()` to `serve` and `connect`; the URL is `memory:name`.
 */
export function memory(): Transport {
  const listeners = new Map<string, (connection: Connection) => void>();
  return {
    schemes: ["memory"],
    exposure: () => "local",
    async connect(url, { clock, maxPacketBytes }) {
      const accept = listeners.get(url.pathname);
      if (accept === undefined) {
        throw new RpcError(
          "unavailable",
          `nobody listens at ${url.href}; give the same memory() to serve and to connect`,
          {
            outcome: "not-executed",
          },
        );
      }
      const near = new MemoryConnection(clock, maxPacketBytes);
      const far = new MemoryConnection(clock, maxPacketBytes);
      near.join(far);
      far.join(near);
      accept(far);
      return near;
    },
    async listen(url, _options, accept) {
      if (listeners.has(url.pathname)) {
        throw new RpcError("unavailable", `${url.href} is in use; choose another name`, {
          outcome: "not-executed",
        });
      }
      listeners.set(url.pathname, accept);
      return {
        url,
        async close() {
          if (listeners.get(url.pathname) === accept) listeners.delete(url.pathname);
        },
      };
    },
  };
}

class MemoryConnection implements Connection {
  readonly peer: Peer = { scheme: "memory" };
  maxPacketBytes: number;
  readonly #clock: Clock;
  #other: MemoryConnection | undefined;
  #receiver: Receiver | undefined;
  /** What the other end sent and this one has not delivered. */
  #inbox: Uint8Array[] = [];
  #inboxBytes = 0;
  #scheduled = false;
  #yieldedAt: number;
  #paused = false;
  #otherWaits = false;
  /** The end has come but what was sent before it is delivered first. */
  #ending: { readonly reason: Error | undefined } | undefined;
  #ended = false;

  constructor(clock: Clock, maxPacketBytes: number) {
    this.#clock = clock;
    this.maxPacketBytes = maxPacketBytes;
    this.#yieldedAt = clock.now();
  }

  join(other: MemoryConnection): void {
    this.#other = other;
  }

  send(packet: Uint8Array): boolean {
    const other = this.#other;
    if (other === undefined || this.#ending !== undefined) return true;
    other.#inbox.push(packet);
    other.#inboxBytes += packet.length;
    other.#schedule();
    const full = other.#inbox.length >= fullPackets || other.#inboxBytes >= fullBytes;
    if (full) other.#otherWaits = true;
    return !full;
  }

  get holding(): boolean {
    return this.#other !== undefined && this.#other.#inbox.length > 0;
  }

  start(receiver: Receiver): void {
    this.#receiver = receiver;
    this.#schedule();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  async close(): Promise<void> {
    this.#end(undefined);
    this.#inbox = [];
    const other = this.#other;
    if (other !== undefined) other.#end(undefined);
  }

  #end(reason: Error | undefined): void {
    if (this.#ending !== undefined) return;
    this.#ending = { reason };
    this.#schedule();
  }

  // Delivered at the end of the turn: a sender must never find itself inside its receiver.
  #schedule(): void {
    if (this.#scheduled || this.#receiver === undefined || this.#ended) return;
    this.#scheduled = true;
    const deliver = () => {
      this.#scheduled = false;
      this.#deliver();
    };
    // Ends of turns follow each other without a pause: two ends that answer each other would starve everything else.
    if (this.#clock.now() - this.#yieldedAt < turnMs) return this.#clock.soon(deliver);
    this.#clock.timer(0, () => {
      this.#yieldedAt = this.#clock.now();
      deliver();
    });
  }

  #deliver(): void {
    while (!this.#paused && this.#inbox.length > 0) {
      const packet = this.#inbox.shift()!;
      this.#inboxBytes -= packet.length;
      if (packet.length > this.maxPacketBytes) {
        return this.#refuse(new Error(`packet of ${packet.length} bytes exceeds ${this.maxPacketBytes}`));
      }
      this.#receiver?.packet(packet);
    }
    if (this.#otherWaits && this.#inbox.length === 0) {
      this.#otherWaits = false;
      const other = this.#other;
      if (other !== undefined && other.#ending === undefined) other.#receiver?.drain();
    }
    if (this.#ending === undefined || this.#inbox.length > 0 || this.#ended) return;
    this.#ended = true;
    this.#receiver?.closed(this.#ending.reason);
  }

  #refuse(reason: Error): void {
    this.#inbox = [];
    this.#end(reason);
    const other = this.#other;
    if (other !== undefined) other.#end(undefined);
    this.#deliver();
  }
}
