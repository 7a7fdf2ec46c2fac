import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { type Connection, type Listener, type ListenOptions, RpcError } from "@rpc/core/transport";
import { type Address, invalidUrl, parseAddress } from "./address.js";
import { bind } from "./bind.js";
import { ConnectionCount } from "./connection-count.js";
import { SocketConnection } from "./socket-connection.js";
import { inWords, listenError } from "./socket-errors.js";
import { bindSocketFile, type SocketFile } from "./socket-file.js";
import { remoteHost } from "./socket-peer.js";
import { TlsHandshaker } from "./tls-handshaker.js";
import type { TlsListeners } from "./tls-listeners.js";
import { hasCertificate, loadTlsOptions, type NodeTlsOptions, type TlsOptions } from "./tls-options.js";

/** What it takes to listen. */
export interface ListenRequest {
  readonly url: URL;
  readonly tls: TlsOptions;
  /** Whom a `tls://` listener joins while it is open, to be told of renewed files. */
  readonly listeners: TlsListeners;
  readonly options: ListenOptions;
  accept(connection: Connection): void;
}

/** Listens at the URL of `request`. Rejects with an `RpcError` that says what to do; nothing is left open then. */
export async function listenSocket(request: ListenRequest): Promise<Listener> {
  const address = parseAddress(request.url);
  const secure = address.type === "host" && address.secure;
  if (secure && !hasCertificate(request.tls)) {
    throw invalidUrl(
      `${request.url.href} needs a private key and a certificate; give tcp({ tls: { keyFile, certFile } })`,
    );
  }
  const listener = new SocketListener(request, secure ? await loadTlsOptions(request.tls) : undefined);
  await listener.open(address);
  return listener;
}

const countedAs = Symbol("countedAs");

/** A socket that knows the host by which it is counted. */
interface CountedSocket extends Socket {
  [countedAs]: string | undefined;
}

class SocketListener implements Listener {
  readonly #request: ListenRequest;
  readonly #server: Server;
  readonly #handshaker: TlsHandshaker | undefined;
  readonly #count: ConnectionCount;
  /** The same for all sockets: a closure for each would be a sixth of a kilobyte. */
  readonly #uncount: (this: Socket) => void;
  #url: URL;
  #file: SocketFile | undefined;
  readonly #leave: (() => void) | undefined;
  #closed = false;

  constructor(request: ListenRequest, tls: NodeTlsOptions | undefined) {
    const { options } = request;
    this.#request = request;
    this.#url = request.url;
    const count = new ConnectionCount(options);
    this.#count = count;
    this.#uncount = function (this: Socket) {
      count.remove((this as CountedSocket)[countedAs]);
    };
    const handshaker = tls && this.#createHandshaker(tls);
    this.#handshaker = handshaker;
    this.#leave = handshaker && request.listeners.add((renewed) => handshaker.renew(renewed));
    // A connection reads only once it is started; a handshake has to read at once.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: tls === undefined });
    this.#server.on("connection", (socket) => this.#admit(socket));
  }

  get url(): URL {
    return this.#url;
  }

  async open(address: Address): Promise<void> {
    try {
      if (address.type === "file") {
        this.#file = await bindSocketFile(this.#server, this.#url, address.path);
      } else {
        await bind(this.#server, { host: address.host, port: address.port });
        this.#url = new URL(this.#url);
        this.#url.port = String((this.#server.address() as AddressInfo).port);
      }
    } catch (reason) {
      await this.close();
      throw RpcError.is(reason) ? reason : listenError(this.#url, reason as Error);
    }
    this.#server.on("error", (error) => this.#warn(`cannot accept a connection: ${inWords(error)}`));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#leave?.();
    try {
      // Before listening ends: afterwards the name may be another server's.
      this.#file?.remove();
    } finally {
      this.#server.close();
      this.#handshaker?.close();
    }
  }

  #admit(socket: Socket): void {
    const host = remoteHost(socket);
    const obstacle = this.#count.add(host);
    if (obstacle !== undefined) {
      socket.on("error", ignore).destroy();
      this.#warn(`connection refused: ${obstacle}`);
      return;
    }
    (socket as CountedSocket)[countedAs] = host;
    socket.on("close", this.#uncount);
    if (this.#handshaker === undefined) this.#accept(socket);
    else this.#handshaker.add(socket.on("error", ignore));
  }

  #createHandshaker(tls: NodeTlsOptions): TlsHandshaker {
    return new TlsHandshaker(tls, {
      secured: (socket) => this.#accept(socket),
      failed: (reason) => this.#warn(`TLS handshake failed: ${inWords(reason)}`),
    });
  }

  #accept(socket: Socket): void {
    const { url, options } = this.#request;
    this.#request.accept(new SocketConnection(socket, url.protocol.slice(0, -1), options));
  }

  #warn(message: string): void {
    this.#request.options.logger.warn(`${this.#url.href}: ${message}`, "connections refused");
  }
}

// A socket that is being ended, or whose errors its TLS socket tells.
function ignore(): void {}
