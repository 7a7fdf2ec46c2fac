import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** The two ways through a proxy. */
export type Direction = "toServer" | "toClient";

/** What befalls a connection, once so many bytes have passed. */
export interface Fate {
  /**
   * `end`: what was let through arrives, in order, then both ends see the end. `cut`: what was under way is lost.
   * `reset` (RST): even what had arrived and was not read.
   */
  readonly kind: "end" | "cut" | "reset";
  readonly afterBytes: number;
  /** Counts bytes of one direction. Default: of both. */
  readonly direction?: Direction;
}

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  readonly fate: Fate | undefined;
  readonly passed: Record<Direction, number>;
}

/**
 * Passes bytes on between clients and one port of this machine, and does to them what networks do.
 *
 * Neither end knows of it: what is cut, reset or silenced here looks to both like the network.
 */
export class TcpProxy {
  /** Connections that met each fate. */
  readonly met = { end: 0, cut: 0, reset: 0 };
  /** Bytes that came to it. */
  readonly passed: Record<Direction, number> = { toServer: 0, toClient: 0 };
  /** Port that connections after the first go to. Default: the same. */
  afterwards: number;
  /** What befalls the next connection; undefined: nothing. */
  nextFate: () => Fate | undefined = () => undefined;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #silent = new Set<Direction>();
  #port: number;

  private constructor(port: number) {
    this.#port = port;
    this.afterwards = port;
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
    this.#port = this.afterwards;
    const link: Link = { near, far, fate: this.nextFate(), passed: { toServer: 0, toClient: 0 } };
    this.#links.add(link);
    near.setNoDelay(true);
    far.setNoDelay(true);
    this.#pass(link, near, far, "toServer");
    this.#pass(link, far, near, "toClient");
    near.on("close", () => this.#closed(link, far));
    far.on("close", () => this.#closed(link, near));
  }

  #pass(link: Link, from: Socket, to: Socket, direction: Direction): void {
    from.on("data", (bytes: Buffer) => {
      if (this.#silent.has(direction)) return;
      this.passed[direction] += bytes.length;
      link.passed[direction] += bytes.length;
      const beyond = bytesBeyond(link, direction);
      if (beyond !== undefined && link.fate !== undefined) {
        const last = bytes.subarray(0, bytes.length - beyond);
        if (link.fate.kind !== "end") to.write(last);
        else to.end(last);
        return this.#meet(link, link.fate.kind, from);
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

  #meet(link: Link, kind: Fate["kind"], from?: Socket): void {
    if (!this.#links.delete(link)) return;
    this.met[kind] += 1;
    if (kind === "end" && from !== undefined) return void from.destroy();
    for (const socket of [link.near, link.far]) {
      if (kind === "reset") socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  // What came before the end is still to be passed on.
  #closed(link: Link, other: Socket): void {
    this.#links.delete(link);
    if (other.writableEnded) other.resume();
    else other.destroy();
  }

  #drop(link: Link): void {
    this.#links.delete(link);
    link.near.destroy();
    link.far.destroy();
  }
}

/** By how many bytes a link is past its fate, if what came that way brought it there. */
function bytesBeyond({ fate, passed }: Link, direction: Direction): number | undefined {
  if (fate === undefined || (fate.direction !== undefined && fate.direction !== direction)) return undefined;
  const counted = fate.direction === undefined ? passed.toServer + passed.toClient : passed[direction];
  return counted >= fate.afterBytes ? counted - fate.afterBytes : undefined;
}
