import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** The two ways through a proxy. */
export type Direction = "toServer" | "toClient";

/** What befalls a connection, once so many bytes have passed in both directions together. */
export interface Fate {
  /** `cut`: what was under way is lost. `reset` (RST): even what had arrived and was not read. */
  readonly kind: "cut" | "reset";
  readonly afterBytes: number;
}

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  readonly fate: Fate | undefined;
  passed: number;
}

/**
 * Passes bytes on between clients and one port of this machine, and does to them what networks do.
 *
 * Neither end knows of it: what is cut, reset or silenced here looks to both like the network.
 */
export class TcpProxy {
  /** Connections that met each fate. */
  readonly met = { cut: 0, reset: 0 };
  /** Bytes that passed. */
  bytes = 0;
  /** What befalls the next connection; undefined: nothing. */
  nextFate: () => Fate | undefined = () => undefined;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #silent = new Set<Direction>();
  readonly #port: number;

  private constructor(port: number) {
    this.#port = port;
    this.#server = createServer({ allowHalfOpen: true }, (near) => this.#accept(near));
  }

  /** Listens on a free port of loopback and passes on to `port`. */
  static async to(port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(port);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections under way. */
  get open(): number {
    return this.#links.size;
  }

  /** Ends every connection. */
  end(kind: Fate["kind"]): void {
    for (const link of [...this.#links]) this.#meet(link, kind);
  }

  /** From now on nothing passes that way, connections of the future included, and nobody is told. */
  silence(...directions: readonly Direction[]): void {
    for (const direction of directions) this.#silent.add(direction);
  }

  /** What comes from now on passes again. */
  speak(): void {
    this.#silent.clear();
  }

  async close(): Promise<void> {
    for (const link of [...this.#links]) this.#drop(link);
    this.#server.close();
    await once(this.#server, "close");
  }

  #accept(near: Socket): void {
    const far = connect({ port: this.#port, host: "127.0.0.1", allowHalfOpen: true });
    const link: Link = { near, far, fate: this.nextFate(), passed: 0 };
    this.#links.add(link);
    near.setNoDelay(true);
    far.setNoDelay(true);
    this.#pass(link, near, far, "toServer");
    this.#pass(link, far, near, "toClient");
    near.on("close", () => this.#drop(link));
    far.on("close", () => this.#drop(link));
  }

  #pass(link: Link, from: Socket, to: Socket, direction: Direction): void {
    from.on("data", (bytes: Buffer) => {
      if (this.#silent.has(direction)) return;
      this.bytes += bytes.length;
      link.passed += bytes.length;
      const beyond = link.passed - (link.fate?.afterBytes ?? Infinity);
      if (beyond >= 0 && link.fate !== undefined) {
        to.write(bytes.subarray(0, bytes.length - beyond));
        return this.#meet(link, link.fate.kind);
      }
      if (to.write(bytes)) return;
      from.pause();
      to.once("drain", () => from.resume());
    });
    from.on("end", () => {
      if (!this.#silent.has(direction)) to.end();
    });
    // `close` follows and ends both.
    from.on("error", () => {});
  }

  #meet(link: Link, kind: Fate["kind"]): void {
    if (!this.#links.delete(link)) return;
    this.met[kind] += 1;
    for (const socket of [link.near, link.far]) {
      if (kind === "reset") socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  #drop(link: Link): void {
    this.#links.delete(link);
    link.near.destroy();
    link.far.destroy();
  }
}
