import type { IncomingMessage } from "node:http";
import { RpcError } from "@rpc/core/transport";
import { connectError } from "@rpc/transport-tcp/sockets";
import { shown, subprotocol } from "./address.js";

/** Most of what a server says in an answer that is no WebSocket; the rest is not read. */
const mostWords = 200;

// Anything below a space, and DEL: a message may end up on a terminal.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controlCharacters = /[\u0000-\u001f\u007f]+/g;

/** Returns why no WebSocket came about over a connection to `url`, in words that say what to do. */
export function upgradeError(url: URL, error: Error & { readonly code?: string }, socket: unknown): RpcError {
  if (error.message.includes("subprotocol")) {
    return failure(
      "unavailable",
      `${shown(url)} speaks WebSocket but not ${subprotocol}; is it a server of @rpc, and is the path right`,
      error,
    );
  }
  // Which of its codes OpenSSL's complaint comes under depends on how far the request was.
  if (error.code === "ERR_SSL_WRONG_VERSION_NUMBER" || error.message.includes("wrong version number")) {
    return failure("unavailable", `${shown(url)} does not speak TLS; is it a ws:// listener`, error);
  }
  if (error.code?.startsWith("HPE_") === true || error.code === "ECONNRESET") {
    const other = url.protocol === "ws:" ? "wss" : "ws";
    return failure(
      "unavailable",
      `${shown(url)} does not answer in HTTP (${error.code}); is it a ${other}:// listener, or one of another kind`,
      error,
    );
  }
  return connectError(url, error, socket);
}

/** Resolves to the error for a server that answered `answer` instead of opening a WebSocket. Never rejects. */
export async function answerError(url: URL, answer: IncomingMessage): Promise<RpcError> {
  const status = answer.statusCode ?? 0;
  const words = (await firstWords(answer)) || (answer.statusMessage ?? "");
  const told = `${shown(url)} answered ${status}: ${words}`;
  if (status === 403) return failure("permission_denied", told);
  if (status === 401) return failure("unauthenticated", told);
  if (status >= 500 || status === 429) return failure("unavailable", told);
  return failure(
    "unavailable",
    /no websocket/i.test(words) ? told : `${told}; no WebSocket is served at this path`,
  );
}

// Text only: a page of HTML says less than its status.
async function firstWords(answer: IncomingMessage): Promise<string> {
  if (answer.headers["content-type"]?.startsWith("text/plain") !== true) return "";
  const chunk = await new Promise<Buffer | undefined>((resolve) => {
    answer.once("data", resolve).once("close", () => resolve(undefined));
  });
  const text = chunk?.subarray(0, mostWords).toString() ?? "";
  return text.replace(controlCharacters, " ").trim();
}

function failure(code: RpcError["code"], message: string, cause?: Error): RpcError {
  return new RpcError(code, message, { outcome: "not-executed", cause });
}
