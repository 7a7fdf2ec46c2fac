import type { ConnectionOptions, Peer } from "@rpc/core/transport";
import type { Dealer, Event } from "zeromq";
import { ZmqConnection } from "./connection.js";
import type { ZmqSettings } from "./options.js";
import { closeNotice, type Ending, type Pipe } from "./pipe.js";
import { closeTimeoutMs } from "./settings.js";
import { Writer } from "./writer.js";

/** What a connected DEALER is used with. */
export interface DealerPipeOptions extends ConnectionOptions {
  readonly settings: ZmqSettings;
}

/** Turns of the event loop without a packet after which nothing more is expected of a peer that is gone. */
const quietTurns = 2;

/** The connecting side's socket, for its one connection, which it reads for and closes with. */
export class DealerPipe implements Pipe {
  readonly peer: Peer;
  readonly route = undefined;
  readonly writer: Writer;
  readonly maxMessageBytes: number;
  readonly maxHeldBytes: number;
  readonly connection: ZmqConnection;
  readonly #dealer: Dealer;
  readonly #url: URL;
  readonly #closed: Promise<void>;
  #wanted = false;
  #reading = false;
  #packets = 0;
  #lost = false;

  /** `closed` settles when libzmq has let go of the socket. */
  constructor(dealer: Dealer, url: URL, options: DealerPipeOptions, closed: Promise<void>) {
    this.#dealer = dealer;
    this.#url = url;
    this.#closed = closed;
    this.peer = { scheme: url.protocol.slice(0, -1), address: url.host || url.pathname };
    this.writer = new Writer(dealer, options.clock);
    this.maxMessageBytes = options.settings.maxMessageBytes;
    this.maxHeldBytes = options.settings.maxHeldBytes;
    this.connection = new ZmqConnection(this, options);
  }

  reading(wanted: boolean): void {
    this.#wanted = wanted;
    if (wanted && !this.#reading) void this.#read();
  }

  async release(ending: Ending): Promise<void> {
    this.#wanted = false;
    if (ending === "asked" || ending === "broken") {
      // The notice leaves in the background; a peer that does not take it holds nobody up for longer than a close may.
      this.#dealer.linger = closeTimeoutMs;
      void this.writer.sendOnce([closeNotice]);
    }
    this.#dealer.close();
    await this.#closed;
  }

  /** Takes an event of the socket. */
  hear(event: Event): void {
    if (event.type !== "disconnect" || this.#lost) return;
    this.#lost = true;
    this.#loseWhenQuiet(quietTurns);
  }

  // Cannot reject: the connection throws nothing, and what receive rejects with is caught.
  async #read(): Promise<void> {
    this.#reading = true;
    try {
      while (this.#wanted) {
        const parts = await this.#dealer.receive();
        this.#packets += 1;
        // A server of this framework sends one part; anything else is not for us.
        if (parts.length === 1) this.connection.received(parts[0]!);
      }
    } catch (error) {
      const reason = `reading from ${this.#url.href} failed: ${(error as Error).message}`;
      if (!this.#dealer.closed) this.connection.break(new Error(reason, { cause: error }));
    }
    this.#reading = false;
  }

  // The event overtakes packets that arrived before it, the close notice perhaps among them: let the reader finish.
  #loseWhenQuiet(turns: number): void {
    const before = this.#packets;
    setImmediate(() => {
      if (this.#dealer.closed) return;
      const moved = this.#packets !== before;
      if (this.#reading && (moved || turns > 1)) this.#loseWhenQuiet(moved ? quietTurns : turns - 1);
      else this.connection.lose(new Error(`the connection to ${this.#url.href} is lost`));
    });
  }
}
