import type {
  Clock,
  Connection,
  ConnectOptions,
  KindLogger,
  Listener,
  ListenOptions,
  PlainAccess,
  Receiver,
  Transport,
} from "@rpc/core/transport";

/** Real time: these tests run over real sockets. */
export const clock: Clock = {
  now: () => performance.now(),
  wallTime: () => Date.now(),
  timer(ms, fire) {
    const handle = setTimeout(fire, ms).unref();
    return { clear: () => clearTimeout(handle) };
  },
  soon: process.nextTick,
};

/** Access that serves nothing. */
export const noPlain: PlainAccess = {
  call: () => Promise.reject(new Error("no plain call expected")),
  hear: (event) => {
    throw new TypeError(`no event ${event}`);
  },
};

/** A logger that keeps its lines. */
export class LogLines implements KindLogger {
  readonly lines: string[] = [];
  /** What bounds how many of them are written. */
  readonly kinds = new Set<string | undefined>();
  debug = (message: string, kind?: string): void => {
    this.lines.push(message);
    this.kinds.add(kind);
  };
  info = this.debug;
  warn = this.debug;
  error = this.debug;
}

/** Options for `listen` with generous limits, and what `given` changes. */
export function listenOptions(given: Partial<ListenOptions> = {}): ListenOptions {
  return {
    clock,
    logger: new LogLines(),
    maxPacketBytes: 8 * 1024 * 1024,
    packetTimeoutMs: 10_000,
    maxConnections: 1_000,
    maxConnectionsPerAddress: 1_000,
    plain: noPlain,
    ...given,
  };
}

/** Options for `connect` with generous limits, and what `given` changes. */
export function connectOptions(given: Partial<ConnectOptions> = {}): ConnectOptions {
  return { ...listenOptions(), signal: new AbortController().signal, ...given };
}

/** Hears a connection; the promises of its methods settle with what comes. */
export class Heard implements Receiver {
  readonly packets: Buffer[] = [];
  readonly connection: Connection;
  drains = 0;
  closes = 0;
  readonly closing: Promise<Error | undefined>;
  #changed: (() => void)[] = [];
  #close!: (reason: Error | undefined) => void;

  constructor(connection: Connection) {
    this.connection = connection;
    this.closing = new Promise((resolve) => {
      this.#close = resolve;
    });
    connection.start(this);
  }

  packet(bytes: Uint8Array): void {
    this.packets.push(Buffer.from(bytes));
    this.#tell();
  }

  drain(): void {
    this.drains += 1;
    this.#tell();
  }

  closed(reason?: Error): void {
    this.closes += 1;
    this.#close(reason);
  }

  /** Waits until `done` holds, looking again at every packet and drain. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  /** Waits for that many packets; returns them as text. */
  async texts(count: number): Promise<string[]> {
    await this.until(() => this.packets.length >= count);
    return this.packets.map(String);
  }

  #tell(): void {
    for (const changed of this.#changed.splice(0)) changed();
  }
}

/** A listener and who has come so far. */
export interface Server {
  readonly listener: Listener;
  readonly accepted: Heard[];
  /** The next connection that comes. */
  next(): Promise<Heard>;
}

/** Listens and hears every connection from its first packet on. */
export async function listen(
  transport: Transport,
  url: string,
  given: Partial<ListenOptions> = {},
): Promise<Server> {
  const accepted: Heard[] = [];
  const waiting: ((heard: Heard) => void)[] = [];
  const listener = await transport.listen(new URL(url), listenOptions(given), (connection) => {
    const heard = new Heard(connection);
    accepted.push(heard);
    waiting.shift()?.(heard);
  });
  return { listener, accepted, next: () => new Promise((resolve) => waiting.push(resolve)) };
}

/** Connects and says hello, since a ROUTER knows nobody who has not sent anything. */
export async function connect(transport: Transport, server: Server): Promise<{ client: Heard; peer: Heard }> {
  const arrival = server.next();
  const client = new Heard(await transport.connect(server.listener.url, connectOptions()));
  client.connection.send(bytes("hello"));
  const peer = await arrival;
  await peer.texts(1);
  peer.packets.length = 0;
  return { client, peer };
}

/** Text as a packet. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Closes a listener and all its connections. */
export async function closeAll(server: Server): Promise<void> {
  await Promise.all([server.listener.close(), ...server.accepted.map((heard) => heard.connection.close())]);
}
