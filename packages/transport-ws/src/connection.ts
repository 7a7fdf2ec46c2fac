import type { Socket } from "node:net";
import type { Clock, Connection, ConnectionOptions, Peer, Receiver, Timer } from "@rpc/core/transport";
import { PacketTimeout, socketBreak } from "@rpc/transport-tcp/sockets";
import type { WebSocket } from "ws";
import { closeReason, closeTimeoutMs, fullAtBytes, orderlyCode, packetProblem, textCode } from "./ending.js";
import { FrameWatch } from "./frame-watch.js";

/**
 * Packets over one open WebSocket of the `ws` package, one binary message each.
 *
 * It owns the WebSocket and the socket beneath it from here on. Nothing is read before `start`.
 */
export class WsConnection implements Connection {
  readonly peer: Peer;
  maxPacketBytes: number;
  readonly #socket: WebSocket;
  readonly #pipe: Socket;
  readonly #clock: Clock;
  readonly #watch = new FrameWatch();
  readonly #timeout: PacketTimeout;
  #receiver: Receiver | undefined;
  #state: "open" | "closing" | "broken" | "closed" = "open";
  #paused = false;
  #corked = false;
  #full = false;
  #reason: Error | undefined;
  #closing: Promise<void> | undefined;
  #closeTimer: Timer | undefined;

  /** `socket` has just opened over `pipe`, and none of its messages was read. */
  constructor(socket: WebSocket, pipe: Socket, options: ConnectionOptions & { readonly peer: Peer }) {
    this.peer = options.peer;
    this.maxPacketBytes = options.maxPacketBytes;
    this.#socket = socket;
    this.#pipe = pipe;
    this.#clock = options.clock;
    const { packetTimeoutMs } = options;
    this.#timeout = new PacketTimeout({
      clock: options.clock,
      timeoutMs: packetTimeoutMs,
      expired: () =>
        this.#break(new Error(`packet not whole after ${packetTimeoutMs} ms: ${this.#watch.progress} came`)),
      quiet() {},
    });
    socket.binaryType = "nodebuffer";
    socket.pause();
    socket.on("message", (message, isBinary) => this.#take(message as Buffer, isBinary));
    socket.on("error", (error) => this.#failed(error));
    socket.on("close", (code, text) => this.#closed(code, text.toString()));
    // After the listener of `ws`: what a chunk completes is delivered before its rest is looked at, and a packet that
    // raises the limit has raised it.
    pipe.on("data", (chunk: Uint8Array) => this.#passed(chunk));
    pipe.on("drain", () => this.#drained());
  }

  start(receiver: Receiver): void {
    if (this.#receiver !== undefined) throw new TypeError("a connection can be started once");
    this.#receiver = receiver;
    const ended = this.#state === "closed";
    this.#clock.soon(() => (ended ? receiver.closed(this.#reason) : this.#continue()));
  }

  send(packet: Uint8Array): boolean {
    if (this.#state !== "open") return false;
    const problem = packetProblem(packet.byteLength, Number.POSITIVE_INFINITY);
    if (problem !== undefined) {
      this.#break(problem);
      return false;
    }
    this.#cork();
    this.#socket.send(packet, sendOptions);
    // `drain` follows only a write that said false, so both have to agree.
    this.#full = this.#pipe.writableNeedDrain && this.#pipe.writableLength >= fullAtBytes;
    return !this.#full;
  }

  pause(): void {
    this.#paused = true;
    this.#timeout.finish();
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#receiver !== undefined) this.#clock.soon(() => this.#continue());
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      if (this.#state === "closed") return resolve();
      // Added after this connection's own listener, so the receiver has heard of the end first.
      this.#socket.once("close", () => resolve());
      if (this.#state === "open") this.#finish(orderlyCode);
    });
    return this.#closing;
  }

  // What is sent in one turn leaves in one write.
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#pipe.cork();
    this.#clock.soon(this.#uncork);
  }

  readonly #uncork = (): void => {
    this.#corked = false;
    this.#pipe.uncork();
  };

  #continue(): void {
    if (this.#state !== "open") return;
    if (!this.#pipe.writableNeedDrain) this.#drained();
    if (!this.#paused) this.#socket.resume();
  }

  #drained(): void {
    if (!this.#full || this.#state !== "open" || this.#receiver === undefined) return;
    this.#full = false;
    this.#receiver.drain();
  }

  #take(message: Buffer, isBinary: boolean): void {
    if (this.#state !== "open") return;
    this.#timeout.finish();
    if (!isBinary) return this.#refuseText();
    const problem = packetProblem(message.length, this.maxPacketBytes);
    if (problem !== undefined) return this.#break(problem);
    this.#receiver?.packet(message);
  }

  #passed(chunk: Uint8Array): void {
    if (this.#state !== "open") return;
    this.#watch.push(chunk);
    if (!this.#watch.incomplete) return this.#timeout.finish();
    const { claimedBytes } = this.#watch;
    if (claimedBytes > this.maxPacketBytes)
      return this.#break(packetProblem(claimedBytes, this.maxPacketBytes));
    if (!this.#paused) this.#timeout.begin();
  }

  #refuseText(): void {
    this.#reason = new Error("the peer sent a text message; packets are binary");
    this.#finish(textCode, this.#reason.message);
  }

  #break(reason?: Error): void {
    if (this.#state === "closed") return;
    this.#state = "broken";
    this.#reason ??= reason;
    this.#timeout.close();
    this.#socket.terminate();
  }

  #failed(error: Error): void {
    // Once this side ends in order, how the peer leaves does not matter.
    if (this.#state !== "closing") this.#reason ??= socketBreak(this.peer, error);
  }

  #finish(code: number, text?: string): void {
    this.#state = "closing";
    this.#timeout.close();
    this.#closeTimer = this.#clock.timer(closeTimeoutMs, () => this.#giveUp());
    this.#socket.close(code, text);
    // What still comes is read and dropped, until the peer's close.
    this.#socket.resume();
  }

  #giveUp(): void {
    const unsent = this.#pipe.writableLength;
    if (unsent === 0) this.#break();
    else this.#break(new Error(`${unsent} bytes were not sent within ${closeTimeoutMs} ms of close`));
  }

  #closed(code: number, text: string): void {
    if (this.#state === "open") this.#reason ??= closeReason(this.peer, code, text);
    this.#state = "closed";
    this.#timeout.close();
    this.#closeTimer?.clear();
    this.#receiver?.closed(this.#reason);
  }
}

const sendOptions = { binary: true, compress: false } as const;
