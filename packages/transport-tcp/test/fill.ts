import { Socket } from "node:net";
import { expect, vi } from "vitest";
import { type End, largePacket, loopRound } from "./pair.js";

/** Bytes of each packet that fills a pipe. */
export const chunkBytes: number = 64 * 1024;

/**
 * Sends to a receiver that pauses until nothing moves any more, checks that about `fullAtBytes` and no more are unsent
 * then, and that everything comes when it goes on.
 */
export async function checkBackPressure(
  { client, server }: { readonly client: End; readonly server: End },
  { fullAtBytes, framedBytes }: { readonly fullAtBytes: number; readonly framedBytes: number },
): Promise<void> {
  const write = vi.spyOn(Socket.prototype, "write");
  server.connection.pause();
  const chunk = largePacket(chunkBytes);
  let sent = 0;
  const fill = () => {
    for (let free = true; free; sent += 1) free = client.connection.send(chunk);
  };
  fill();
  const socket = write.mock.contexts.at(-1) as Socket;
  // First the kernel's buffers fill up. The pipe is full when a round of the loop has moved nothing.
  let before: number;
  do {
    before = socket.bytesWritten - socket.writableLength;
    await loopRound();
    if (client.heard.drains > 0) {
      client.heard.drains = 0;
      fill();
    }
  } while (socket.bytesWritten - socket.writableLength !== before);
  expect(socket.writableLength).toBeGreaterThanOrEqual(fullAtBytes);
  expect(socket.writableLength).toBeLessThan(fullAtBytes + 2 * framedBytes);
  expect(server.heard.packets).toEqual([]);

  server.connection.resume();
  await client.heard.until(() => client.heard.drains > 0);
  await server.heard.until(() => server.heard.packets.length === sent);
  write.mockRestore();
}
