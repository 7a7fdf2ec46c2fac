import type { ClientRequest, IncomingMessage } from "node:http";
import { isIP, type Socket } from "node:net";
import { type Connection, type ConnectOptions, RpcError } from "@rpc/core/transport";
import { loadTlsOptions, socketPeer, type TlsOptions, tlsRefusal } from "@rpc/transport-tcp/sockets";
import { type ClientOptions, WebSocket } from "ws";
import { checkTarget, givenUp, subprotocol } from "./address.js";
import { answerError, upgradeError } from "./connect-errors.js";
import { WsConnection } from "./connection.js";

// A name often has an IPv6 and an IPv4 address, tried one after the other. Node's 250 ms for each would give up on a
// healthy server across an ocean.
const attemptTimeoutMs = 1_000;

/** Opens a WebSocket to `url`. Rejects with an `RpcError` that says what to do; nothing is left open then. */
export async function connectWs(url: URL, tls: TlsOptions, options: ConnectOptions): Promise<Connection> {
  checkTarget(url);
  const settings = url.protocol === "wss:" ? await loadTlsOptions(tls) : {};
  const { signal } = options;
  if (signal.aborted) throw givenUp(signal);
  let pipe: Socket | undefined;
  const socket = openWebSocket(url, {
    ...(isIP(url.hostname) === 0 ? { servername: url.hostname } : {}),
    ...settings,
    finishRequest: (request: ClientRequest) => {
      request.once("socket", (opened) => {
        pipe = opened;
      });
      request.end();
    },
  });
  return await new Promise((resolve, reject) => {
    const fail = (error: RpcError) => {
      signal.removeEventListener("abort", abort);
      socket.terminate();
      reject(error);
    };
    const abort = () => fail(givenUp(signal));
    // Stays, since a late error must not end the process.
    socket.on("error", (error) => fail(upgradeError(url, error, pipe)));
    socket.on("unexpected-response", (_request: ClientRequest, answer: IncomingMessage) => {
      // The answer is destroyed with the attempt.
      void answerError(url, answer).then(fail);
    });
    socket.on("open", () => {
      signal.removeEventListener("abort", abort);
      const peer = socketPeer(pipe as Socket, url.protocol.slice(0, -1));
      // In this very turn, so that the connection hears whatever happens next.
      resolve(new WsConnection(socket, pipe as Socket, { ...options, peer }));
    });
    signal.addEventListener("abort", abort);
  });
}

function openWebSocket(url: URL, options: object): WebSocket {
  try {
    return new WebSocket(url, [subprotocol], {
      perMessageDeflate: false,
      // The connection holds the limit, since it changes with the handshake.
      maxPayload: 0,
      // No pool: a connection that failed leaves no socket behind.
      agent: false,
      autoSelectFamilyAttemptTimeout: attemptTimeoutMs,
      ...options,
    } as object as ClientOptions);
  } catch (reason) {
    throw RpcError.is(reason) ? reason : tlsRefusal(reason);
  }
}
