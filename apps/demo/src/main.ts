#!/usr/bin/env node
import { memory } from "@rpc/core";
import { crash } from "./crash/crash.js";
import { openServer } from "./open-server.js";
import { createPlace, createTransports, type Place, type TransportName, transportNames } from "./places.js";
import { Mistake, runProgram } from "./program.js";
import { runClient } from "./run-client.js";
import { startServer } from "./server-process.js";
import { createTranscript, type Transcript } from "./tour/transcript.js";

const usage = `usage: npx pnpm@12 demo [${transportNames.join("|")}]`;

await runProgram("demo", async (signal) => {
  const words = process.argv.slice(2).filter((word) => word !== "--");
  if (words.includes("--help") || words.includes("-h")) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const name = parseArguments(words);
  const place = await createPlace(name);
  const transcript = createTranscript(process.stdout);
  try {
    if (name === "memory") await runInOneProcess(place, transcript, signal);
    else await runInTwoProcesses(name, place, transcript, signal);
    transcript.note("Client and server are closed.");
  } finally {
    await place.remove();
  }
});

async function runInTwoProcesses(
  name: TransportName,
  place: Place,
  transcript: Transcript,
  signal: AbortSignal,
): Promise<void> {
  const server = await startServer(place.url, signal);
  try {
    transcript.title(`Two processes over ${name}`);
    transcript.note(`server: process ${server.pid}, listening at ${server.url}`);
    const until = AbortSignal.any([signal, server.lost]);
    await runClient({ url: server.url, transports: createTransports(), signal: until }, transcript);
  } finally {
    await server.close();
  }
  const next = await createPlace(name);
  try {
    await crash({ url: next.url, transports: createTransports, signal }, transcript);
  } finally {
    await next.remove();
  }
}

async function runInOneProcess(place: Place, transcript: Transcript, signal: AbortSignal): Promise<void> {
  // The same memory for both ends: that is how they find each other.
  const transports = [memory()];
  const server = await openServer(place.url, transports);
  try {
    transcript.title("One process over memory");
    transcript.note(`server: process ${process.pid}, listening at ${server.url}`);
    await runClient({ url: server.url, transports, signal }, transcript);
  } finally {
    await server.close();
  }
}

function parseArguments(words: readonly string[]): TransportName {
  const [word = "tcp", ...more] = words;
  const name = transportNames.find((known) => known === word);
  if (name === undefined) throw new Mistake(`no transport ${JSON.stringify(word)}; ${usage}`);
  if (more.length > 0) throw new Mistake(`expected one transport, got ${words.join(" ")}; ${usage}`);
  return name;
}
