#!/usr/bin/env node
import { RpcError } from "@rpc/core";
import { createTransports, readUrl } from "./places.js";
import { Mistake, runProgram } from "./program.js";
import { runClient } from "./run-client.js";
import { createTranscript } from "./tour/transcript.js";

await runProgram("demo client", async (signal) => {
  const url = readUrl(process.env);
  try {
    await runClient({ url, transports: createTransports(), signal }, createTranscript(process.stdout));
  } catch (error) {
    if (!RpcError.is(error, "unavailable")) throw error;
    throw new Mistake(`${error.message}; the server starts with npx pnpm@12 demo:server`);
  }
});
