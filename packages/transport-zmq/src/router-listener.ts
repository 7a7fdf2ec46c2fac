import type { Connection, Listener, ListenOptions } from "@rpc/core/transport";
import type { Router } from "zeromq";
import type { Bound } from "./bind.js";
import type { CurveListening } from "./curve-server.js";
import type { ZmqSettings } from "./options.js";
import { PlainPeers } from "./plain-peers.js";
import type { Publishers } from "./publisher.js";
import { RouterPeers } from "./router-peers.js";
import { closeTimeoutMs } from "./settings.js";
import { Writer } from "./writer.js";

/** What a listener is made of: a bound socket and what it came with. */
export interface RouterListenerParts extends ListenOptions {
  readonly settings: ZmqSettings;
  readonly bound: Bound & { readonly socket: Router };
  /** Settles when libzmq has let go of the socket. */
  readonly ended: Promise<void>;
  readonly publishers: Publishers | undefined;
  readonly curve: CurveListening | undefined;
  accept(connection: Connection): void;
}

/**
 * The listening side: one ROUTER, read for its session peers and its plain peers alike.
 *
 * The socket stays bound until the last connection and the last plain call have ended, because unbinding a ROUTER drops
 * the peers it has. After `close` newcomers are answered with the close notice.
 */
export class RouterListener implements Listener {
  readonly #parts: RouterListenerParts;
  readonly #router: Router;
  readonly #peers: RouterPeers;
  readonly #plain: PlainPeers;
  #closing = false;
  #released: Promise<void> | undefined;

  constructor(parts: RouterListenerParts) {
    this.#parts = parts;
    this.#router = parts.bound.socket;
    const dropped = (reason: string) => this.#drop(reason);
    const writer = new Writer(this.#router, parts.clock);
    const peer = { scheme: parts.bound.url.protocol.slice(0, -1) };
    const unused = () => this.#releaseWhenUnused();
    this.#peers = new RouterPeers({ ...parts, writer, peer, dropped, left: unused });
    this.#plain = new PlainPeers({
      access: parts.settings.plain ? parts.plain : undefined,
      maxCalls: parts.settings.maxPlainCalls,
      peer,
      writer,
      dropped,
      idle: () => void unused(),
    });
    parts.curve?.onRevoked(() => this.#peers.breakRevoked());
    void this.#read();
  }

  get url(): URL {
    return this.#parts.bound.url;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#peers.refuseNewcomers();
    this.#plain.close();
    await this.#parts.publishers?.close();
    await this.#releaseWhenUnused();
  }

  // Cannot reject: what #receive calls throws nothing, and what receive rejects with is caught.
  async #read(): Promise<void> {
    try {
      while (!this.#router.closed) this.#receive(await this.#router.receive());
    } catch (error) {
      if (this.#router.closed) return;
      const reason = new Error(`reading at ${this.url.href} failed: ${(error as Error).message}`, {
        cause: error,
      });
      this.#parts.logger.error(reason.message);
      this.#plain.abort();
      this.#peers.breakAll(reason);
    }
  }

  #receive(parts: Buffer[]): void {
    const [route, packet] = parts;
    if (route === undefined || packet === undefined) {
      this.#drop("one without a body");
    } else if (parts.length === 2) {
      this.#peers.receive(route, packet);
    } else {
      this.#receivePlain(parts);
    }
  }

  // What a REQ socket sends, perhaps through proxies that put routing ids of their own in front of the empty part.
  #receivePlain(parts: Buffer[]): void {
    const delimiter = parts.findIndex((part, index) => index > 0 && part.length === 0);
    if (delimiter > 0) {
      this.#plain.receive(parts.slice(0, delimiter + 1), parts.slice(delimiter + 1));
    } else {
      this.#drop(`${parts.length - 1} parts without an empty one before the request`);
    }
  }

  #drop(reason: string): void {
    this.#parts.logger.warn(`${this.url.href} dropped a message: ${reason}`, "messages dropped");
  }

  async #releaseWhenUnused(): Promise<void> {
    if (!this.#closing || this.#peers.size > 0 || this.#plain.running > 0) return;
    this.#released ??= this.#closeSocket();
    await this.#released;
  }

  // Cannot reject, since the end of a connection waits for it.
  async #closeSocket(): Promise<void> {
    try {
      // The last notices and answers leave in the background, for as long as a close may take.
      this.#router.linger = closeTimeoutMs;
      this.#router.close();
      await this.#parts.ended;
      await this.#parts.bound.file?.remove();
      await this.#parts.curve?.leave();
    } catch (error) {
      this.#parts.logger.error(`closing ${this.url.href} failed: ${(error as Error).message}`);
    }
  }
}
