#!/usr/bin/env node
import { once } from "node:events";
import { join } from "node:path";
import { type Contract, serve } from "@rpc/core";
import { sqliteOutcomeStore } from "@rpc/store-sqlite";
import contract from "../generated/contract.json" with { type: "json" };
import { createTransports, readUrl } from "../places.js";
import { runProgram } from "../program.js";
import type { Listening } from "../server-process.js";
import { OrderDesk } from "./order-desk.js";

// A server that is killed in the middle: what it has to remember is in the folder it is given.
await runProgram("demo server", async (signal) => {
  const folder = process.argv[2]!;
  const desk = new OrderDesk(join(folder, "exchange"));
  const outcomeStore = sqliteOutcomeStore({ path: join(folder, "outcomes.db") });
  const server = await serve([desk], {
    transports: createTransports(),
    listen: readUrl(process.env),
    contract: contract as Contract,
    outcomeStore,
  });
  desk.tellHoldings();
  process.send?.({ type: "listening", url: server.urls[0]! } satisfies Listening);
  if (!signal.aborted) await Promise.race([once(signal, "abort"), once(process, "disconnect")]);
  desk.close();
  await server.close({ graceMs: 1_000 });
  outcomeStore.close();
  if (process.connected) process.disconnect();
});
