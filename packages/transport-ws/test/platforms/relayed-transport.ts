import {
  type Connection,
  type ListenOptions,
  type Receiver,
  RpcError,
  type Transport,
} from "@rpc/core/transport";
import { type FromPlatform, joinPacket, splitPacket, type ToPlatform } from "./relay-protocol.js";

/** The serving half of a platform that cannot listen: the test's process does, and relays. */
export class RelayedTransport {
  readonly #socket: WebSocket;
  readonly #listeners = new Map<number, Relayed>();
  readonly #connections = new Map<number, RelayedConnection>();
  #last = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  readonly transport: Transport = {
    schemes: ["ws"],
    exposure: () => "local",
    connect: () => Promise.reject(new TypeError("this half only listens")),
    listen: (url, _options: ListenOptions, accept) =>
      new Promise((resolve, reject) => {
        const listener = ++this.#last;
        const close = async () => {
          this.#listeners.delete(listener);
          this.tell({ op: "unlisten", listener });
        };
        const listening = (real: string) => resolve({ url: new URL(real), close });
        this.#listeners.set(listener, { accept, listening, failed: reject });
        this.tell({ op: "listen", listener, url: url.href });
      }),
  };

  tell(message: FromPlatform): void {
    this.#socket.send(JSON.stringify(message));
  }

  take(joined: Uint8Array): void {
    const { connection, packet } = splitPacket(joined);
    this.#connections.get(connection)?.receiver?.packet(packet);
  }

  hear(message: ToPlatform): void {
    switch (message.op) {
      case "listening":
        return this.#listeners.get(message.listener)?.listening(message.url);
      case "failed":
        return this.#listeners
          .get(message.listener)
          ?.failed(
            new RpcError(message.code as RpcError["code"], message.message, { outcome: "not-executed" }),
          );
      case "accepted": {
        const connection = new RelayedConnection(message.connection, message.address, this);
        this.#connections.set(message.connection, connection);
        return this.#listeners.get(message.listener)?.accept(connection);
      }
      case "full":
      case "drain":
        return this.#connections.get(message.connection)?.flow(message.op === "full");
      case "closed": {
        const connection = this.#connections.get(message.connection);
        this.#connections.delete(message.connection);
        return connection?.end(message.reason);
      }
    }
  }

  send(connection: number, packet: Uint8Array): void {
    this.#socket.send(joinPacket(connection, packet));
  }
}

interface Relayed {
  accept(connection: Connection): void;
  listening(url: string): void;
  failed(error: RpcError): void;
}

class RelayedConnection implements Connection {
  readonly peer: Connection["peer"];
  readonly #number: number;
  readonly #relay: RelayedTransport;
  receiver: Receiver | undefined;
  #limit = 0;
  #full = false;
  #ended: { readonly reason: Error | undefined } | undefined;
  readonly #closed: Promise<void>;
  #resolve: () => void = () => {};

  constructor(number: number, address: string | undefined, relay: RelayedTransport) {
    this.peer = { scheme: "ws", ...(address === undefined ? {} : { address }) };
    this.#number = number;
    this.#relay = relay;
    this.#closed = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get maxPacketBytes(): number {
    return this.#limit;
  }

  set maxPacketBytes(bytes: number) {
    this.#limit = bytes;
    this.#relay.tell({ op: "limit", connection: this.#number, bytes });
  }

  start(receiver: Receiver): void {
    this.receiver = receiver;
    if (this.#ended !== undefined) receiver.closed(this.#ended.reason);
    else this.#relay.tell({ op: "start", connection: this.#number });
  }

  send(packet: Uint8Array): boolean {
    // Behind a limit that is raised in the same turn, which over there must be raised before the peer hears the welcome.
    queueMicrotask(() => {
      if (this.#ended === undefined) this.#relay.send(this.#number, packet);
    });
    return this.#ended === undefined && !this.#full;
  }

  pause(): void {
    this.#relay.tell({ op: "pause", connection: this.#number });
  }

  resume(): void {
    this.#relay.tell({ op: "resume", connection: this.#number });
  }

  async close(): Promise<void> {
    await undefined;
    if (this.#ended === undefined) this.#relay.tell({ op: "close", connection: this.#number });
    await this.#closed;
  }

  flow(full: boolean): void {
    this.#full = full;
    if (!full) this.receiver?.drain();
  }

  end(reason: string | undefined): void {
    this.#ended = { reason: reason === undefined ? undefined : new Error(reason) };
    this.receiver?.closed(this.#ended.reason);
    this.#resolve();
  }
}
