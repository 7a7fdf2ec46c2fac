import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Connection, ListenOptions, Peer } from "@rpc/core/transport";
import { ConnectionCount, remoteHost, socketPeer } from "@rpc/transport-tcp/sockets";
import { WebSocketServer } from "ws";
import { subprotocol } from "./address.js";
import { WsConnection } from "./connection.js";
import { originProblem } from "./origin.js";
import { refuseUpgrade } from "./refuse.js";

/** What it takes to turn requests into connections. */
export interface UpgradesRequest {
  /** `ws` or `wss`. */
  readonly scheme: string;
  readonly path: string;
  readonly origins: readonly string[] | undefined;
  readonly trustProxy: boolean;
  readonly options: ListenOptions;
  accept(connection: Connection): void;
  /** A socket is a WebSocket from now on. */
  upgraded(socket: Socket): void;
  /** A peer was refused, for a reason that the operator may want to know. */
  refused(reason: string): void;
}

/** The requests of an HTTP server that ask for a WebSocket at one path: refused with a reason, or made connections. */
export class Upgrades {
  readonly #request: UpgradesRequest;
  readonly #server: Server;
  readonly #count: ConnectionCount;
  // Compression is off: it costs more than it saves on small packets, and makes secrets guessable by their length.
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // The connection holds the limit, since it changes with the handshake.
    maxPayload: 0,
    handleProtocols: () => subprotocol,
  });

  constructor(server: Server, request: UpgradesRequest) {
    this.#server = server;
    this.#request = request;
    this.#count = new ConnectionCount(request.options);
    server.on("upgrade", this.#upgrade);
  }

  /** Takes no more of them. */
  close(): void {
    this.#server.off("upgrade", this.#upgrade);
  }

  readonly #upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { path, origins, refused } = this.#request;
    // Not parsed: a stranger may write what is no URL.
    if (request.url?.split("?", 1)[0] !== path) {
      // It may be for somebody else who listens to this server.
      if (this.#server.listenerCount("upgrade") === 1)
        refuseUpgrade(socket, 404, `no WebSocket at this path`);
      return;
    }
    const problem = originProblem(request, origins);
    if (problem !== undefined) {
      refused(problem);
      return refuseUpgrade(socket, 403, problem);
    }
    if (!offersProtocol(request)) {
      return refuseUpgrade(socket, 400, `expected the subprotocol ${subprotocol} in Sec-WebSocket-Protocol`);
    }
    const peer = this.#peerOf(request);
    const host = this.#hostOf(request);
    const obstacle = this.#count.add(host);
    if (obstacle !== undefined) {
      refused(`connection refused: ${obstacle}`);
      return refuseUpgrade(socket, 503, obstacle);
    }
    socket.once("close", () => this.#count.remove(host));
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#request.upgraded(socket as Socket);
      this.#request.accept(new WsConnection(webSocket, socket as Socket, { ...this.#request.options, peer }));
    });
  };

  #peerOf(request: IncomingMessage): Peer {
    const peer = socketPeer(request.socket, this.#request.scheme);
    const forwarded = this.#forwardedFor(request);
    return forwarded === undefined ? peer : { ...peer, address: forwarded };
  }

  #hostOf(request: IncomingMessage): string | undefined {
    return this.#forwardedFor(request) ?? remoteHost(request.socket);
  }

  // The last entry is the nearest proxy's; what stands before it anyone can write.
  #forwardedFor(request: IncomingMessage): string | undefined {
    if (!this.#request.trustProxy) return undefined;
    return [request.headers["x-forwarded-for"]].flat().at(-1)?.split(",").at(-1)?.trim() || undefined;
  }
}

function offersProtocol(request: IncomingMessage): boolean {
  const offered = request.headers["sec-websocket-protocol"]?.split(",") ?? [];
  return offered.some((name) => name.trim() === subprotocol);
}
