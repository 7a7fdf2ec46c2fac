import type { ListenOptions, Server } from "node:net";

/** Resolves when `server` listens; rejects with Node's error when it cannot. */
export function bind(server: Server, where: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(where, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
