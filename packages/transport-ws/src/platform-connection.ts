import type { Clock, Connection, ConnectionOptions, Peer, Receiver, Timer } from "@rpc/core/transport";
import { closeReason, closeTimeoutMs, fullAtBytes, orderlyCode, packetProblem } from "./ending.js";
import { HeldPackets } from "./held-packets.js";

/** How often a full pipe is looked at: the platform does not tell when it has sent. */
const lookAgainMs = 10;

/** Close code for a peer that does not keep to the protocol: the platform lets programs use 1000, and 3000 and above. */
const misbehavedCode = 4002;

/**
 * Packets over an open WebSocket of the platform, one binary message each. It owns the WebSocket from here on.
 *
 * The platform cannot pause: what comes meanwhile is held, bounded by what the peer's session may have under way.
 */
export class PlatformConnection implements Connection {
  readonly peer: Peer;
  maxPacketBytes: number;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #held: HeldPackets;
  #receiver: Receiver | undefined;
  #state: "open" | "closing" | "closed" = "open";
  #reason: Error | undefined;
  /** Present while the pipe is full. */
  #look: Timer | undefined;
  #closing: Promise<void> | undefined;
  #closeTimer: Timer | undefined;
  #closed: () => void = () => {};

  constructor(socket: WebSocket, peer: Peer, options: ConnectionOptions) {
    this.peer = peer;
    this.maxPacketBytes = options.maxPacketBytes;
    this.#socket = socket;
    this.#clock = options.clock;
    this.#held = new HeldPackets(options.clock, (packet) => this.#deliver(packet));
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }: MessageEvent<unknown>) => this.#take(data);
    socket.onerror = null;
    socket.onclose = ({ code, reason }) => this.#ended(closeReason(peer, code, reason));
  }

  start(receiver: Receiver): void {
    if (this.#receiver !== undefined) throw new TypeError("a connection can be started once");
    this.#receiver = receiver;
    if (this.#state === "closed") this.#clock.soon(() => receiver.closed(this.#reason));
    else this.#held.resume();
  }

  send(packet: Uint8Array): boolean {
    if (this.#state !== "open") return false;
    const problem = packetProblem(packet.byteLength, Number.POSITIVE_INFINITY);
    if (problem !== undefined) {
      this.#break(problem);
      return false;
    }
    this.#socket.send(packet as Uint8Array<ArrayBuffer>);
    if (this.#socket.bufferedAmount < fullAtBytes) return true;
    this.#look ??= this.#clock.timer(lookAgainMs, this.#lookAgain);
    return false;
  }

  pause(): void {
    this.#held.pause();
  }

  resume(): void {
    if (this.#receiver !== undefined) this.#held.resume();
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      if (this.#state === "closed") return resolve();
      this.#state = "closing";
      this.#closed = resolve;
      this.#closeTimer = this.#clock.timer(closeTimeoutMs, () => this.#giveUp());
      this.#socket.close(orderlyCode);
    });
    return this.#closing;
  }

  readonly #lookAgain = (): void => {
    this.#look = undefined;
    if (this.#state !== "open") return;
    if (this.#socket.bufferedAmount >= fullAtBytes)
      this.#look = this.#clock.timer(lookAgainMs, this.#lookAgain);
    else this.#receiver?.drain();
  };

  #take(data: unknown): void {
    if (this.#state !== "open") return;
    if (!(data instanceof ArrayBuffer))
      return this.#break(new Error("the peer sent a text message; packets are binary"));
    const problem =
      packetProblem(data.byteLength, this.maxPacketBytes) ?? this.#held.take(new Uint8Array(data));
    if (problem !== undefined) this.#break(problem);
  }

  // What came before the end and waits for `resume` still comes first.
  #ended(reason: Error | undefined): void {
    if (this.#state === "open") this.#held.end(() => this.#end(reason));
    else this.#end(undefined);
  }

  #deliver(packet: Uint8Array): void {
    if (this.#state === "open") this.#receiver?.packet(packet);
  }

  #break(reason: Error): void {
    if (this.#state === "closed") return;
    this.#socket.close(misbehavedCode, reason.message);
    this.#end(reason);
  }

  #giveUp(): void {
    const unsent = this.#socket.bufferedAmount;
    this.#end(
      unsent === 0
        ? undefined
        : new Error(`${unsent} bytes were not sent within ${closeTimeoutMs} ms of close`),
    );
  }

  #end(reason: Error | undefined): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#reason = reason;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#look?.clear();
    this.#closeTimer?.clear();
    this.#receiver?.closed(reason);
    this.#closed();
  }
}
