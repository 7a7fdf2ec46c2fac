import {
  type CallContext,
  type Contract,
  type Interceptor,
  type Server,
  serve,
  systemClock,
  type Transport,
} from "@rpc/core";
import contract from "./generated/contract.json" with { type: "json" };
import { Person } from "./person.js";
import { readPrices } from "./prices/read-prices.js";
import { TradingDesk } from "./trading-desk.js";

/** The demo's server, listening. */
export interface DemoServer {
  /** Where it really listens: port 0 has become a port. */
  readonly url: string;
  /** Closes the market, then the server, in order. Safe to call twice. */
  close(): Promise<void>;
}

/** Milliseconds of a day of the market: 20 years take half a minute, and a month goes by as fast as a line is read. */
const dayMs = 5;
const graceMs = 1_000;

/** What a server is opened with besides its URL, for who watches it. */
export interface ServerWatch {
  readonly interceptors: readonly Interceptor<CallContext>[];
  /** Hears of the server once it listens. */
  serving(server: Server): void;
}

/** Serves a person and a trading desk at a URL. Rejects `RpcError` when it cannot listen there. */
export async function openServer(
  url: string,
  transports: readonly Transport[],
  watch?: ServerWatch,
): Promise<DemoServer> {
  const desk = new TradingDesk({ prices: readPrices(), clock: systemClock, dayMs });
  const services = [new Person(), desk];
  const server: Server = await serve(services, {
    transports,
    listen: url,
    contract: contract as Contract,
    logger: quietLogger,
    ...(watch === undefined ? {} : { interceptors: watch.interceptors }),
  });
  watch?.serving(server);
  return {
    url: server.urls[0]!,
    async close() {
      // First the market: as long as it tells prices, there is always something left to deliver.
      desk.close();
      await server.close({ graceMs });
    },
  };
}

// What goes wrong inside a method is for the operator's eyes; the coming and going of clients is not news here.
const quietLogger = {
  debug() {},
  info() {},
  warn: (message: string) => process.stderr.write(`demo server: ${message}\n`),
  error: (message: string) => process.stderr.write(`demo server: ${message}\n`),
};
