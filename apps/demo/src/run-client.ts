import { type Client, connect, RpcError, type Transport } from "@rpc/core";
import { Mistake, unlessAborted } from "./program.js";
import { takeLesson } from "./tour/lesson.js";
import { trade } from "./tour/trade.js";
import type { Transcript } from "./tour/transcript.js";

/** Where the client goes, and what ends it early. */
export interface ClientRun {
  readonly url: string;
  readonly transports: readonly Transport[];
  /** Ends the run: it then rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** 3 s, also for a server that goes: told while somebody still looks at the screen. */
const connectTimeoutMs = 3_000;

/** Connects, goes through the lesson and a day at the desk, and closes. Rejects when the server is not there or goes. */
export async function runClient(
  { url, transports, signal }: ClientRun,
  transcript: Transcript,
): Promise<void> {
  const client = await open(url, transports, signal);
  transcript.note(`client: process ${process.pid}, connected to ${url}`);
  try {
    const until = AbortSignal.any([signal, whenLost(client, url)]);
    await unlessAborted(takeTour(client, transcript), until);
  } catch (error) {
    // A server that closes in order refuses calls before it goes.
    throw RpcError.is(error, "unavailable") ? gone(url, error) : error;
  } finally {
    await client.close();
  }
}

async function open(url: string, transports: readonly Transport[], signal: AbortSignal): Promise<Client> {
  const limits = { sessionRetentionMs: connectTimeoutMs };
  const connecting = connect(url, { transports, connectTimeoutMs, limits });
  try {
    return await unlessAborted(connecting, signal);
  } catch (error) {
    // It may still connect after the signal, and then nobody else would close it.
    connecting.then((client) => client.close()).catch(() => {});
    throw error;
  }
}

async function takeTour(client: Client, transcript: Transcript): Promise<void> {
  await takeLesson(client, transcript);
  await trade(client, transcript);
}

// The framework would connect again and go on in a new session; a demo rather says what happened.
function whenLost(client: Client, url: string): AbortSignal {
  const lost = new AbortController();
  client.onState((state, reason) => {
    if (state === "reset") lost.abort(gone(url, reason));
  });
  return lost.signal;
}

function gone(url: string, reason: Error | undefined): Mistake {
  return new Mistake(`the server at ${url} is gone: ${reason?.message ?? "its session has ended"}`, {
    cause: reason,
  });
}
