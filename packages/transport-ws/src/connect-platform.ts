import { type Connection, type ConnectOptions, RpcError } from "@rpc/core/transport";
import { givenUp, shown, subprotocol } from "./address.js";
import { orderlyCode } from "./ending.js";
import { PlatformConnection } from "./platform-connection.js";

/** Opens the platform's WebSocket to `url`. Rejects with an `RpcError`; nothing is left open then. */
export function connectPlatform(url: URL, options: ConnectOptions): Promise<Connection> {
  const { signal } = options;
  return new Promise((resolve, reject) => {
    if (signal.aborted) throw givenUp(signal);
    const socket = openWebSocket(url);
    let words = "";
    const fail = (error: RpcError) => {
      signal.removeEventListener("abort", abort);
      socket.onopen = socket.onclose = null;
      socket.close(orderlyCode);
      reject(error);
    };
    const abort = () => fail(givenUp(signal));
    // Browsers keep the reason from the page; others put it here.
    socket.onerror = (event) => {
      words = (event as { readonly message?: string }).message ?? "";
    };
    socket.onclose = () => fail(failure(url, words));
    socket.onopen = () => {
      if (socket.protocol !== subprotocol) {
        const told = `${shown(url)} speaks WebSocket but not ${subprotocol}; is it a server of @rpc, and is the path right`;
        return fail(new RpcError("unavailable", told, { outcome: "not-executed" }));
      }
      signal.removeEventListener("abort", abort);
      resolve(
        new PlatformConnection(socket, { scheme: url.protocol.slice(0, -1), address: url.host }, options),
      );
    };
    signal.addEventListener("abort", abort);
  });
}

function openWebSocket(url: URL): WebSocket {
  try {
    return new WebSocket(url.href, [subprotocol]);
  } catch (reason) {
    const words = reason instanceof Error ? reason.message : String(reason);
    throw new RpcError(
      "invalid_argument",
      `cannot connect to ${shown(url)}: ${words}; a page of https:// needs wss://`,
      { outcome: "not-executed", cause: reason },
    );
  }
}

function failure(url: URL, words: string): RpcError {
  const reason =
    words === ""
      ? "the browser does not say why; is the server up, is the path right, does it allow this page's origin, is its certificate trusted"
      : words;
  return new RpcError("unavailable", `cannot connect to ${shown(url)}: ${reason}`, {
    outcome: "not-executed",
  });
}
