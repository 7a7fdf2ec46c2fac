import { type Contract, serve, systemClock } from "@rpc/core";
import { ws } from "@rpc/transport-ws";
import { Desk } from "./desk.js";
import contract from "./generated/contract.json" with { type: "json" };

/** A desk that is served. */
export interface OpenDesk {
  /** Where it really listens. */
  readonly url: string;
  /** Closes the market, then the server. Safe to call twice. */
  close(): Promise<void>;
}

/** Milliseconds between two rounds of quotes: sixty quotes a second. */
const tickMs = 100;
const graceMs = 500;

/** Serves a desk to pages of `origins`. Rejects `RpcError` when it cannot listen at `url`. */
export async function openDesk(url: string, origins: readonly string[]): Promise<OpenDesk> {
  const desk = new Desk({ clock: systemClock, random: Math.random, tickMs });
  try {
    const server = await serve([desk], {
      transports: [ws({ origins })],
      listen: url,
      contract: contract as Contract,
    });
    return {
      url: server.urls[0]!,
      async close() {
        desk.close();
        await server.close({ graceMs });
      },
    };
  } catch (error) {
    desk.close();
    throw error;
  }
}
