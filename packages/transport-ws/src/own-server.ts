import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer, type Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { ListenOptions } from "@rpc/core/transport";
import {
  ConnectionCount,
  inWords,
  type NodeTlsOptions,
  remoteHost,
  tlsRefusal,
} from "@rpc/transport-tcp/sockets";

/** What an own server is told. */
export interface OwnServerOptions {
  readonly tls: NodeTlsOptions | undefined;
  /** Who is behind one address is not known: a proxy's. */
  readonly trustProxy: boolean;
  readonly limits: Pick<ListenOptions, "maxConnections" | "maxConnectionsPerAddress">;
  /** Something a stranger caused that the operator may want to know. */
  warn(message: string): void;
}

// A request for a WebSocket is a few lines; who takes longer to send them has something else in mind.
const requestTimeoutMs = 5_000;

/** An HTTP server that has nothing but WebSockets: it holds the sockets that are none yet, so that closing leaves none. */
export class OwnServer {
  readonly http: Server;
  readonly #waiting = new Map<string, Socket>();
  readonly #count: ConnectionCount;
  readonly #options: OwnServerOptions;

  /** Throws `RpcError` `invalid_argument` for a key or certificate that is none. */
  constructor(options: OwnServerOptions) {
    this.#options = options;
    this.#count = new ConnectionCount(options.limits);
    this.http = createHttp(options.tls);
    this.http.on("connection", (socket: Socket) => this.#admit(socket));
    this.http.on("tlsClientError", (error: Error) => options.warn(`TLS handshake failed: ${inWords(error)}`));
  }

  /** A socket has become a WebSocket, so it is its connection's. */
  release(socket: Socket): void {
    this.#waiting.delete(connectionKey(socket));
  }

  /** Takes other keys, certificates and authorities for handshakes that begin from now on. */
  renew(options: NodeTlsOptions): void {
    (this.http as HttpsServer).setSecureContext(options);
  }

  /** Listens no more, and ends the sockets that are no WebSockets. */
  close(): void {
    this.http.close();
    for (const socket of this.#waiting.values()) socket.destroy();
  }

  #admit(socket: Socket): void {
    const host = this.#options.trustProxy ? undefined : remoteHost(socket);
    const obstacle = this.#count.add(host);
    if (obstacle !== undefined) {
      this.#options.warn(`connection refused: ${obstacle}`);
      socket.on("error", ignore).destroy();
      return;
    }
    const key = connectionKey(socket);
    this.#waiting.set(key, socket);
    socket.once("close", () => {
      this.#count.remove(host);
      if (this.#waiting.get(key) === socket) this.#waiting.delete(key);
    });
  }
}

function createHttp(tls: NodeTlsOptions | undefined): Server {
  const timeouts = {
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: 1_000,
  };
  if (tls === undefined) return createServer(timeouts, answer);
  try {
    return createSecureServer({ ...timeouts, ...tls }, answer);
  } catch (reason) {
    throw tlsRefusal(reason);
  }
}

const answer: RequestListener = (_request, response) => {
  response.writeHead(426, {
    Connection: "Upgrade, close",
    Upgrade: "websocket",
    "Content-Type": "text/plain; charset=utf-8",
  });
  response.end("here is nothing but a WebSocket for clients of @rpc\n");
};

// Node does not tell which socket a TLS socket was made of; its two ends do.
function connectionKey(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`;
}

// A socket that is being ended.
function ignore(): void {}
