import type { Connection, ListenOptions, Peer } from "@rpc/core/transport";
import { ZmqConnection } from "./connection.js";
import type { CurveListening } from "./curve-server.js";
import type { ZmqSettings } from "./options.js";
import { closeNotice, type Ending, type Pipe } from "./pipe.js";
import { RefusedPeers } from "./refused-peers.js";
import type { Writer } from "./writer.js";

/** What the peers of a ROUTER are served with. */
export interface RouterPeersParts extends ListenOptions {
  readonly settings: ZmqSettings;
  readonly writer: Writer;
  readonly peer: Peer;
  /** Present behind CURVE: then a connection is taken only from a routing id that proves its key. */
  readonly curve: CurveListening | undefined;
  /** Hears why something was dropped. */
  dropped(reason: string): void;
  accept(connection: Connection): void;
  /** Called when a connection has ended; its close waits for this. Never rejects. */
  left(): Promise<void>;
}

/** What CURVE proves of a peer: `peer.identity` of a connection behind it. */
export interface CurveIdentity {
  /** The peer's public key, 40 characters of Z85. */
  readonly publicKey: string;
}

/** The session peers of a ROUTER: a connection for every routing id that has sent a packet. */
export class RouterPeers {
  readonly #parts: RouterPeersParts;
  /** By routing id, as a string of its bytes. */
  readonly #connections = new Map<string, ZmqConnection>();
  readonly #refused = new RefusedPeers();
  #open = true;

  constructor(parts: RouterPeersParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** Takes a packet from the peer with the routing id `route`. */
  receive(route: Buffer, packet: Buffer): void {
    const id = route.toString("latin1");
    const connection = this.#connections.get(id);
    if (connection !== undefined) connection.received(packet);
    else if (packet.length === 0) this.#answerNotice(id, route);
    else if (this.#refused.has(id) || !this.#hasRoom()) this.#refuse(id, route);
    else this.#meet(id, route)?.received(packet);
  }

  /** Takes no new peers. Those that are there stay. */
  refuseNewcomers(): void {
    this.#open = false;
  }

  /** Ends the connections of keys that are not allowed any more. */
  breakRevoked(): void {
    const { curve } = this.#parts;
    for (const connection of [...this.#connections.values()]) {
      const { publicKey } = connection.peer.identity as CurveIdentity;
      if (curve?.allows(publicKey) === false) connection.break(new Error(`key ${publicKey} was revoked`));
    }
  }

  /** Ends all connections: their socket is of no more use. */
  breakAll(reason: Error): void {
    for (const connection of [...this.#connections.values()]) connection.break(reason);
  }

  // From a peer that never sent anything else, or was refused: it waits for an answer to its notice all the same.
  #answerNotice(id: string, route: Buffer): void {
    this.#refused.forget(id);
    void this.#parts.writer.sendOnce([route, closeNotice]);
  }

  #hasRoom(): boolean {
    if (!this.#open) return false;
    if (this.#connections.size < this.#parts.maxConnections) return true;
    for (const connection of this.#connections.values()) {
      if (connection.started) continue;
      connection.break(new Error("closed to make room: nobody has started this connection"));
      return true;
    }
    return false;
  }

  // A refused peer that goes on sending is told again, in case there was no room the first time.
  #refuse(id: string, route: Buffer): void {
    this.#refused.add(id);
    void this.#parts.writer.sendOnce([route, closeNotice]).then((outcome) => {
      if (outcome === "gone") this.#refused.forget(id);
    });
  }

  #meet(id: string, route: Buffer): ZmqConnection | undefined {
    const { curve, peer } = this.#parts;
    if (curve === undefined) return this.#welcome(id, route, peer);
    const publicKey = curve.identify(route);
    if (publicKey !== undefined)
      return this.#welcome(id, route, { ...peer, identity: { publicKey } satisfies CurveIdentity });
    this.#parts.dropped("a session's packet from a routing id that proves no allowed key");
    this.#refuse(id, route);
    return undefined;
  }

  #welcome(id: string, route: Buffer, peer: Peer): ZmqConnection {
    const { settings, writer } = this.#parts;
    const pipe: Pipe = {
      peer,
      route,
      writer,
      maxMessageBytes: settings.maxMessageBytes,
      maxHeldBytes: settings.maxHeldBytes,
      // The socket reads for all its peers, whatever one of them wants.
      reading() {},
      release: (ending) => this.#release(id, route, ending),
    };
    const connection = new ZmqConnection(pipe, this.#parts);
    this.#connections.set(id, connection);
    this.#accept(connection);
    return connection;
  }

  // What accept throws must not end the reading for everybody else.
  #accept(connection: ZmqConnection): void {
    try {
      this.#parts.accept(connection);
    } catch (error) {
      this.#parts.logger.error(
        `a new connection was not accepted: ${String(error)}`,
        "connections not accepted",
      );
      connection.break(new Error("the connection was not accepted", { cause: error }));
    }
  }

  async #release(id: string, route: Buffer, ending: Ending): Promise<void> {
    this.#connections.delete(id);
    if (ending === "asked") void this.#parts.writer.sendOnce([route, closeNotice]);
    if (ending === "unanswered") this.#refused.add(id);
    if (ending === "broken") this.#refuse(id, route);
    await this.#parts.left();
  }
}
