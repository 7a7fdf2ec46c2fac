import type { Connection, Receiver, Transport } from "../transport.js";

/** A transport whose connections fail on demand. */
export interface FaultyLink {
  /** Give this one to `connect` or `serve`. */
  readonly transport: Transport;
  /** Connections made through it and not yet ended. */
  readonly open: number;
  /** Packets of its own side handed to the link so far. */
  readonly sent: number;
  /** Breaks every connection now. */
  cut(): void;
  /** From now on packets vanish in both directions and nobody is told: a link that is half open. */
  freeze(): void;
  /** Refuses new connections until `allow`. */
  refuse(): void;
  /** Connections made from now on work again. Those that were frozen stay so. */
  allow(): void;
}

/** Puts faults between one side and the real transport. */
export function createFaultyLink(inner: Transport): FaultyLink {
  const connections = new Set<FaultyConnection>();
  let refusing = false;
  let sent = 0;
  const wrap = (connection: Connection): Connection => {
    const faulty: FaultyConnection = new FaultyConnection(
      connection,
      () => connections.delete(faulty),
      () => {
        sent += 1;
      },
    );
    connections.add(faulty);
    return faulty;
  };
  return {
    transport: {
      schemes: inner.schemes,
      exposure: (url) => inner.exposure(url),
      async connect(url, options) {
        if (refusing) throw new Error("the link refuses connections");
        return wrap(await inner.connect(url, options));
      },
      listen: (url, options, accept) => inner.listen(url, options, (connection) => accept(wrap(connection))),
    },
    get open() {
      return connections.size;
    },
    get sent() {
      return sent;
    },
    cut() {
      for (const connection of [...connections]) connection.cut();
    },
    freeze() {
      for (const connection of connections) connection.freeze();
    },
    refuse() {
      refusing = true;
    },
    allow() {
      refusing = false;
    },
  };
}

class FaultyConnection implements Connection {
  readonly #inner: Connection;
  readonly #ended: () => void;
  readonly #counted: () => void;
  #receiver: Receiver | undefined;
  #state: "open" | "frozen" | "ended" = "open";

  constructor(inner: Connection, ended: () => void, counted: () => void) {
    this.#inner = inner;
    this.#ended = ended;
    this.#counted = counted;
  }

  get peer(): Connection["peer"] {
    return this.#inner.peer;
  }

  get maxPacketBytes(): number {
    return this.#inner.maxPacketBytes;
  }

  set maxPacketBytes(bytes: number) {
    this.#inner.maxPacketBytes = bytes;
  }

  send(packet: Uint8Array): boolean {
    this.#counted();
    return this.#state === "open" ? this.#inner.send(packet) : true;
  }

  start(receiver: Receiver): void {
    this.#receiver = receiver;
    this.#inner.start({
      packet: (bytes) => {
        if (this.#state === "open") receiver.packet(bytes);
      },
      drain: () => {
        if (this.#state === "open") receiver.drain();
      },
      closed: (reason) => {
        if (this.#state !== "frozen") this.#end(reason);
      },
    });
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  async close(): Promise<void> {
    if (this.#state !== "open") this.#end(undefined);
    await this.#inner.close();
  }

  cut(): void {
    this.#end(new Error("the link was cut"));
    void this.#inner.close();
  }

  freeze(): void {
    if (this.#state === "open") this.#state = "frozen";
  }

  #end(reason: Error | undefined): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#ended();
    this.#receiver?.closed(reason);
  }
}
