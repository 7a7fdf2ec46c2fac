/** What a queue tells its owner. */
export interface SendQueueEvents {
  /** There is room again after `push` returned false. */
  drained(): void;
  /** Nothing more reaches the peer. */
  lost(reason: Error): void;
}

/** Above this many waiting packets `push` says that the pipe is full. */
export const maxWaitingPackets = 1_024;

/** Above this many waiting bytes `push` says that the pipe is full. 1 MiB: some milliseconds of a fast link. */
export const maxWaitingBytes = 1024 * 1024;

/** First delay before a peer that takes nothing is tried again; doubled with each try in vain. */
const firstRetryMs = 1;

/** Longest such delay: short against a person's patience, long against the cost of a try. */
const longestRetryMs = 64;

/** Packets that wait for one peer, in order. A `Writer` empties it. */
export class SendQueue {
  /** The routing id on a ROUTER; nothing on a DEALER, which has one peer. */
  readonly route: Uint8Array | undefined;
  readonly events: SendQueueEvents;
  /** Whether the writer has it in hand: in line, or waiting to try again. */
  scheduled = false;
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #full = false;
  #closed = false;
  #retryMs = firstRetryMs;

  constructor(route: Uint8Array | undefined, events: SendQueueEvents) {
    this.route = route;
    this.events = events;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Takes a packet always; false means that too much waits, and that `drained` follows. */
  push(packet: Uint8Array): boolean {
    if (this.#closed) return true;
    this.#waiting.push(packet);
    this.#bytes += packet.length;
    if (this.#waiting.length > maxWaitingPackets || this.#bytes > maxWaitingBytes) this.#full = true;
    return !this.#full;
  }

  /** Takes the first packet out, for a try to send it. */
  shift(): Uint8Array | undefined {
    const packet = this.#waiting.shift();
    if (packet !== undefined) this.#bytes -= packet.length;
    return packet;
  }

  /** Puts back a packet that the peer did not take; returns the milliseconds after which to try again. */
  putBack(packet: Uint8Array): number {
    this.#waiting.unshift(packet);
    this.#bytes += packet.length;
    const retryMs = this.#retryMs;
    this.#retryMs = Math.min(retryMs * 2, longestRetryMs);
    return retryMs;
  }

  /** Hears that a packet has left. */
  sent(): void {
    this.#retryMs = firstRetryMs;
    if (!this.#full || this.#bytes * 2 > maxWaitingBytes || this.#waiting.length * 2 > maxWaitingPackets)
      return;
    this.#full = false;
    this.events.drained();
  }

  /** Forgets what waits and takes nothing more. */
  close(): void {
    this.#closed = true;
    this.#waiting = [];
    this.#bytes = 0;
  }
}
