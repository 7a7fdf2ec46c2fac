import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** Answers an upgrade with `status` and a line of text, and ends the socket. */
export function refuseUpgrade(socket: Duplex, status: number, words: string): void {
  const body = `${words}\n`;
  socket.on("error", ignore);
  socket.once("finish", () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "Connection: close",
      "Content-Type: text/plain; charset=utf-8",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}

// The socket is being ended.
function ignore(): void {}
