import type { Connection, ConnectionOptions, Peer, Receiver, Timer } from "@rpc/core/transport";
import { HeldPackets } from "./held-packets.js";
import { closeNotice, type Ending, type Pipe } from "./pipe.js";
import { SendQueue } from "./send-queue.js";
import { closeTimeoutMs } from "./settings.js";

/** One connection over ZeroMQ, on a DEALER of its own or on a ROUTER that it shares. */
export class ZmqConnection implements Connection {
  readonly #pipe: Pipe;
  readonly #options: ConnectionOptions;
  readonly #queue: SendQueue;
  readonly #held: HeldPackets;
  #maxPacketBytes: number;
  #receiver: Receiver | undefined;
  #state: "open" | "closing" | "ended" = "open";
  #reason: Error | undefined;
  #closeTimer: Timer | undefined;
  readonly #released: Promise<void>;
  #release!: (done: Promise<void>) => void;

  constructor(pipe: Pipe, options: ConnectionOptions) {
    this.#pipe = pipe;
    this.#options = options;
    this.#maxPacketBytes = options.maxPacketBytes;
    this.#queue = new SendQueue(pipe.route, {
      drained: () => this.#receiver?.drain(),
      lost: (reason) => this.lose(reason),
    });
    this.#held = new HeldPackets(options.clock, pipe.maxHeldBytes, (packet) => this.#deliver(packet));
    this.#released = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  get peer(): Peer {
    return this.#pipe.peer;
  }

  get started(): boolean {
    return this.#receiver !== undefined;
  }

  get maxPacketBytes(): number {
    return this.#maxPacketBytes;
  }

  set maxPacketBytes(bytes: number) {
    this.#maxPacketBytes = bytes;
    const { maxMessageBytes } = this.#pipe;
    if (bytes <= maxMessageBytes) return;
    this.#options.logger.warn(
      `maxPacketBytes ${bytes} is above maxMessageBytes ${maxMessageBytes} of zmq(): larger packets break the connection`,
      "maxPacketBytes above maxMessageBytes",
    );
  }

  send(packet: Uint8Array): boolean {
    if (this.#state !== "open") return true;
    if (packet.length > 0) return this.#pipe.writer.send(this.#queue, packet);
    this.break(new Error("an empty packet cannot be sent over ZeroMQ, where it is the close notice"));
    return true;
  }

  start(receiver: Receiver): void {
    this.#receiver = receiver;
    if (this.#state === "ended") this.#options.clock.soon(() => receiver.closed(this.#reason));
    else this.resume();
  }

  pause(): void {
    this.#held.pause();
    this.#pipe.reading(false);
  }

  resume(): void {
    if (this.#state === "ended") return;
    this.#held.resume();
    this.#pipe.reading(true);
  }

  close(): Promise<void> {
    if (this.#state === "open") {
      this.#state = "closing";
      this.#held.clear();
      this.#pipe.reading(true);
      this.#pipe.writer.send(this.#queue, closeNotice);
      this.#closeTimer = this.#options.clock.timer(closeTimeoutMs, () => this.#end("unanswered"));
    }
    return this.#released;
  }

  /** Takes what the socket read for this connection. */
  received(packet: Uint8Array): void {
    if (this.#state === "closing" && packet.length === 0) this.#end("agreed");
    if (this.#state !== "open") return;
    if (packet.length > this.#maxPacketBytes) {
      this.break(new Error(`packet of ${packet.length} bytes exceeds ${this.#maxPacketBytes}`));
    } else if (!this.#held.take(packet)) {
      this.break(
        new Error(`more than ${this.#pipe.maxHeldBytes} bytes came while the connection was paused`),
      );
    }
  }

  /** Ends the connection, whose peer is gone. In a close that was under way it is as good as the peer's answer. */
  lose(reason: Error): void {
    this.#end("lost", this.#state === "closing" ? undefined : reason);
  }

  /** Ends the connection out of order; the peer is told if there is room. */
  break(reason: Error): void {
    this.#end("broken", reason);
  }

  #deliver(packet: Uint8Array): void {
    if (this.#state !== "open") return;
    // The peer's notice comes in its turn, behind the packets before it, so a paused connection ends when resumed.
    if (packet.length > 0) this.#receiver?.packet(packet);
    else this.#end("asked");
  }

  #end(ending: Ending, reason?: Error): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#reason = reason;
    this.#closeTimer?.clear();
    this.#held.clear();
    this.#queue.close();
    this.#release(this.#pipe.release(ending));
    this.#receiver?.closed(reason);
  }
}
