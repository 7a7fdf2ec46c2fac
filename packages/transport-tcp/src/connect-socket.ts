import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Connection, type ConnectOptions, RpcError } from "@rpc/core/transport";
import { type Address, invalidUrl, parseAddress } from "./address.js";
import { SocketConnection } from "./socket-connection.js";
import { connectError, silentEnd } from "./socket-errors.js";
import { loadTlsOptions, type NodeTlsOptions, type TlsOptions, tlsRefusal } from "./tls-options.js";

// A name often has an IPv6 and an IPv4 address, tried one after the other. Node's 250 ms for each would give up on a
// healthy server across an ocean.
const attemptTimeoutMs = 1_000;

/** Opens a connection to `url`. Rejects with an `RpcError` that says what to do; nothing is left open then. */
export async function connectSocket(url: URL, tls: TlsOptions, options: ConnectOptions): Promise<Connection> {
  const address = parseAddress(url);
  if (address.type === "host" && address.port === 0) {
    throw invalidUrl(
      `port 0 of ${url.protocol}//${url.host} is for listening; expected the port of a server`,
    );
  }
  const settings = address.type === "host" && address.secure ? await loadTlsOptions(tls) : undefined;
  const { signal } = options;
  if (signal.aborted) throw givenUp(signal);
  const socket = openSocket(address, settings);
  return await new Promise((resolve, reject) => {
    const settle = () => {
      signal.removeEventListener("abort", abort);
      socket.off("close", closed).off(ready, open);
    };
    const fail = (error: RpcError) => {
      settle();
      socket.destroy();
      reject(error);
    };
    const open = () => {
      settle();
      socket.off("error", failed);
      // In this very turn, so that the connection hears whatever happens to the socket next.
      const ending = settings === undefined ? {} : { silentEnd: silentEnd(url) };
      resolve(new SocketConnection(socket, url.protocol.slice(0, -1), { ...options, ...ending }));
    };
    const failed = (error: Error) => fail(connectError(url, error, socket));
    const closed = () => failed(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
    const abort = () => fail(givenUp(signal));
    const ready = settings === undefined ? "connect" : "secureConnect";
    // After a failure the listener for errors stays: a late one must not end the process.
    socket.on("error", failed).on("close", closed).on(ready, open);
    signal.addEventListener("abort", abort);
  });
}

function openSocket(address: Address, tls: NodeTlsOptions | undefined): Socket {
  if (address.type === "file") return connectPlain({ path: address.path, allowHalfOpen: true });
  const { host, port } = address;
  const target = { host, port, allowHalfOpen: true, autoSelectFamilyAttemptTimeout: attemptTimeoutMs };
  const socket = tls === undefined ? connectPlain(target) : connectSecurely(target, tls);
  return socket.setNoDelay(true);
}

function connectSecurely(target: { readonly host: string }, tls: NodeTlsOptions): Socket {
  try {
    // The name is told to the server (SNI), which TLS forbids for an address.
    const name = isIP(target.host) === 0 ? { servername: target.host } : {};
    return connectTls({ ...name, ...tls, ...target });
  } catch (reason) {
    throw tlsRefusal(reason);
  }
}

function givenUp(signal: AbortSignal): RpcError {
  return RpcError.from(signal.reason, "cancelled", { outcome: "not-executed" });
}
