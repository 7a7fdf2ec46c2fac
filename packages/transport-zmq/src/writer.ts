import type { Clock } from "@rpc/core/transport";
import type { Dealer, Router } from "zeromq";
import type { SendQueue } from "./send-queue.js";

/**
 * The one loop that sends on a socket.
 *
 * Queues take turns, a packet each. A peer that takes nothing (`EAGAIN`) is left out and tried again a little later, by
 * a timer, since a ROUTER does not tell when one peer has room again; the others go on meanwhile.
 */
export class Writer {
  readonly #socket: Dealer | Router;
  readonly #clock: Clock;
  readonly #turns: SendQueue[] = [];
  #running = false;

  constructor(socket: Dealer | Router, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
  }

  /** Queues a packet; false means that too much waits. */
  send(queue: SendQueue, packet: Uint8Array): boolean {
    const room = queue.push(packet);
    if (!queue.scheduled) this.#schedule(queue);
    return room;
  }

  /** Sends a message past all queues, once; resolves to whether it left, or could not now, or has nobody to reach. */
  async sendOnce(message: readonly Uint8Array[]): Promise<"sent" | "full" | "gone"> {
    try {
      await this.#socket.send([...message]);
      return "sent";
    } catch (error) {
      return codeOf(error) === "EAGAIN" ? "full" : "gone";
    }
  }

  #schedule(queue: SendQueue): void {
    queue.scheduled = true;
    this.#turns.push(queue);
    if (!this.#running) void this.#run();
  }

  // Cannot reject: #trySend returns its error, and the events of a queue do not throw.
  async #run(): Promise<void> {
    this.#running = true;
    for (let queue = this.#turns.shift(); queue !== undefined; queue = this.#turns.shift()) {
      const packet = queue.shift();
      if (packet === undefined) {
        queue.scheduled = false;
        continue;
      }
      const error = await this.#trySend(queue, packet);
      // Closed while this waited: its owner has been told already.
      if (queue.closed) queue.scheduled = false;
      else if (error === undefined) this.#sent(queue);
      else if (codeOf(error) === "EAGAIN") this.#retryLater(queue, packet);
      else this.#lose(queue, error);
    }
    this.#running = false;
  }

  async #trySend(queue: SendQueue, packet: Uint8Array): Promise<Error | undefined> {
    try {
      await this.#socket.send(queue.route === undefined ? packet : [queue.route, packet]);
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  #sent(queue: SendQueue): void {
    queue.sent();
    if (queue.empty) queue.scheduled = false;
    else this.#turns.push(queue);
  }

  #retryLater(queue: SendQueue, packet: Uint8Array): void {
    this.#clock.timer(queue.putBack(packet), () => this.#schedule(queue));
  }

  #lose(queue: SendQueue, error: Error): void {
    queue.scheduled = false;
    queue.close();
    const text = codeOf(error) === "EHOSTUNREACH" ? "the peer is gone" : `sending failed: ${error.message}`;
    queue.events.lost(new Error(text, { cause: error }));
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | undefined)?.code;
}
