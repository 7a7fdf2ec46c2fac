import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import { type NodeTlsOptions, tlsRefusal } from "./tls-options.js";

/** What a handshaker tells. */
export interface HandshakeReceiver {
  /** TLS stands over a socket, and the peer's certificate was accepted if one is asked for. */
  secured(socket: TLSSocket): void;
  /** A handshake failed; its socket is destroyed. */
  failed(reason: Error): void;
}

/**
 * Turns accepted sockets into TLS sockets.
 *
 * It holds those whose handshake runs, so that closing leaves none behind.
 */
export class TlsHandshaker {
  // Never listens: it is handed sockets that were counted and admitted before TLS costs anything.
  readonly #server: Server;
  readonly #running = new Map<string, Socket>();

  /** Throws `RpcError` `invalid_argument` for a key or certificate that is none. */
  constructor(options: NodeTlsOptions, receiver: HandshakeReceiver) {
    try {
      this.#server = createServer(options);
    } catch (reason) {
      throw tlsRefusal(reason);
    }
    this.#server.on("secureConnection", (socket) => {
      this.#running.delete(connectionKey(socket));
      receiver.secured(socket);
    });
    this.#server.on("tlsClientError", (error, socket) => {
      // Node leaves a handshake that took too long to its listener.
      socket.destroy();
      receiver.failed(error);
    });
  }

  /** Begins the handshake. The socket is not the caller's any more. */
  add(socket: Socket): void {
    const key = connectionKey(socket);
    this.#running.set(key, socket);
    socket.once("close", () => {
      if (this.#running.get(key) === socket) this.#running.delete(key);
    });
    this.#server.emit("connection", socket);
  }

  /** Takes other keys, certificates and authorities for handshakes that begin from now on. */
  renew(options: NodeTlsOptions): void {
    this.#server.setSecureContext(options);
  }

  /** Breaks the handshakes that run. */
  close(): void {
    for (const socket of this.#running.values()) socket.destroy();
  }
}

// Node does not tell which socket a TLS socket was made of; its two ends do.
function connectionKey(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`;
}
