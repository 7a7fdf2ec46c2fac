import type { Client } from "@rpc/core";

/** Resolves when a client whose stream was lost may ask again: when it is online, or closed for good. */
export function backOnline(client: Client): Promise<void> {
  return new Promise((resolve) => {
    // It may be back already; a server that ends every stream must not be asked in a storm.
    if (client.state === "online") {
      setTimeout(resolve, againMs);
      return;
    }
    const stop = client.onState((state) => {
      if (state !== "online" && state !== "closed") return;
      stop();
      resolve();
    });
  });
}

const againMs = 500;
