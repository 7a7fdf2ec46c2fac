import type { Socket } from "node:net";
import type { Clock, Connection, ConnectionOptions, Peer, Receiver, Timer } from "@rpc/core/transport";
import { framePacket } from "./framing.js";
import { PacketReader, type PacketTaker } from "./packet-reader.js";
import { socketBreak } from "./socket-errors.js";
import { socketPeer } from "./socket-peer.js";

/** Unsent bytes at which `send` says false. 256 KiB: four full packets, so that the kernel need not wait for the next. */
export const fullAtBytes: number = 256 * 1024;

const closeTimeoutMs = 1_000;

const carries = Symbol("carries");

/** A socket that knows which connection it carries. */
interface ConnectedSocket extends Socket {
  [carries]: SocketConnection;
}

/** What a connection over a socket is made with. */
export interface SocketConnectionOptions extends ConnectionOptions {
  /** Why it ended, if it ends before the peer has said anything. Default: as any other end. */
  readonly silentEnd?: Error;
}

/**
 * Packets over one open socket: TCP, TLS or unix.
 *
 * It owns the socket from here on. Nothing is read before `start`, so nothing is lost before it.
 */
export class SocketConnection implements Connection, PacketTaker {
  // The same for all sockets, each of which knows its connection: closures would be half a kilobyte for each.
  static readonly #listeners = Object.entries({
    data(this: ConnectedSocket, chunk: Uint8Array) {
      this[carries].#read(chunk);
    },
    end(this: ConnectedSocket) {
      this[carries].#end();
    },
    drain(this: ConnectedSocket) {
      this[carries].#drained();
    },
    error(this: ConnectedSocket, error: Error) {
      this[carries].#failed(error);
    },
    close(this: ConnectedSocket) {
      this[carries].#closed();
    },
  });
  readonly peer: Peer;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #reader: PacketReader;
  #receiver: Receiver | undefined;
  #state: "open" | "closing" | "broken" | "closed" = "open";
  #full = false;
  #peerEnded = false;
  #silentEnd: Error | undefined;
  #reason: Error | undefined;
  #closing: Promise<void> | undefined;
  #closeTimer: Timer | undefined;

  /** `socket` is connected, its TLS handshake done, and it stays open when its peer ends (`allowHalfOpen`). */
  constructor(socket: Socket, scheme: string, options: SocketConnectionOptions) {
    this.peer = socketPeer(socket, scheme);
    this.#socket = socket;
    this.#clock = options.clock;
    this.#silentEnd = options.silentEnd;
    this.#reader = new PacketReader(options, this);
    socket.pause();
    (socket as ConnectedSocket)[carries] = this;
    for (const [event, listener] of SocketConnection.#listeners) socket.on(event, listener);
  }

  get maxPacketBytes(): number {
    return this.#reader.maxPacketBytes;
  }

  set maxPacketBytes(bytes: number) {
    this.#reader.maxPacketBytes = bytes;
  }

  // Node takes a buffer off this count when the kernel has all of it.
  get holding(): boolean {
    return this.#socket.writableLength > 0;
  }

  start(receiver: Receiver): void {
    if (this.#receiver !== undefined) throw new TypeError("a connection can be started once");
    this.#receiver = receiver;
    this.#reader.start();
    const ended = this.#state === "closed";
    this.#clock.soon(() => (ended ? receiver.closed(this.#reason) : this.#continue()));
  }

  send(packet: Uint8Array): boolean {
    if (this.#state !== "open") return false;
    try {
      const framed = framePacket(packet);
      const free = this.#socket.write(framed);
      // `drain` follows only a write that said false, so both have to agree.
      this.#full = !free && this.#socket.writableLength >= fullAtBytes;
      return !this.#full;
    } catch (reason) {
      this.#break(reason as Error);
      return false;
    }
  }

  pause(): void {
    this.#reader.pause();
    this.#socket.pause();
  }

  resume(): void {
    if (this.#reader.resume()) this.#clock.soon(() => this.#continue());
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      if (this.#state === "closed") return resolve();
      // Added after this connection's own listener, so the receiver has heard of the end first.
      this.#socket.once("close", () => resolve());
      if (this.#state === "open") this.#finish();
    });
    return this.#closing;
  }

  packet(bytes: Uint8Array): void {
    this.#receiver!.packet(bytes);
  }

  broken(reason: Error): void {
    this.#break(reason);
  }

  #read(chunk: Uint8Array): void {
    this.#silentEnd = undefined;
    this.#reader.push(chunk);
  }

  // After start and resume: first what was read already, then the socket.
  #continue(): void {
    if (!this.#socket.writableNeedDrain) this.#drained();
    this.#reader.drain();
    if (!this.#reader.flowing) return;
    if (this.#peerEnded) this.#end();
    else this.#socket.resume();
  }

  #drained(): void {
    if (!this.#full || this.#state !== "open" || this.#receiver === undefined) return;
    this.#full = false;
    this.#receiver.drain();
  }

  // The peer sends nothing more, which ends the connection: half of one is of no use. A paused socket tells of it too;
  // packets that wait for `resume` still come first.
  #end(): void {
    this.#peerEnded = true;
    if (this.#reader.flowing) this.#break(this.#reader.unfinished ?? this.#silentEnd);
  }

  #break(reason?: Error): void {
    if (this.#state === "closed") return;
    this.#state = "broken";
    this.#reason ??= reason;
    this.#reader.close();
    this.#socket.destroy();
  }

  #failed(error: Error): void {
    // Once all is sent, how the peer leaves does not matter.
    if (this.#state === "closing" && this.#socket.writableFinished) return;
    this.#reason ??= this.#silentEnd ?? socketBreak(this.peer, error);
  }

  #finish(): void {
    this.#state = "closing";
    this.#reader.close();
    this.#closeTimer = this.#clock.timer(closeTimeoutMs, () => this.#giveUp());
    this.#socket.end();
    // What still comes is read and dropped: bytes that were never read would turn the end into a reset, and a reset can
    // overtake what was sent.
    this.#socket.resume();
  }

  #giveUp(): void {
    const unsent = this.#socket.writableLength;
    if (unsent === 0) this.#break();
    else this.#break(new Error(`${unsent} bytes were not sent within ${closeTimeoutMs} ms of close`));
  }

  #closed(): void {
    this.#state = "closed";
    this.#reader.close();
    this.#closeTimer?.clear();
    this.#receiver?.closed(this.#reason);
  }
}
