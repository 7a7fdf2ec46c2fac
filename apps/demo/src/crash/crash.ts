import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, connect, RpcError, type Transport } from "@rpc/core";
import { OrderDeskClient } from "../generated/client.js";
import { unlessAborted } from "../program.js";
import { type ServerProcess, startServer } from "../server-process.js";
import type { Transcript } from "../tour/transcript.js";
import { Orders } from "./orders.js";
import { Witness } from "./witness.js";

/** Where the scene plays. */
export interface CrashScene {
  /** The first server listens there, the second where the first one did. */
  readonly url: string;
  readonly transports: () => readonly Transport[];
  readonly signal: AbortSignal;
}

const killedAfter = 60;

/** A server that is killed in the middle of orders and ticks, and started again: what its client is told, and what is true. */
export async function crash({ url, transports, signal }: CrashScene, transcript: Transcript): Promise<void> {
  transcript.chapter("A server that is killed in the middle");
  const folder = await mkdtemp(join(tmpdir(), "rpc-demo-crash-"));
  const start = (at: string) => startServer(at, signal, { program: "./crash/server.js", args: [folder] });
  let server: ServerProcess | undefined;
  let client: Client | undefined;
  try {
    server = await start(url);
    client = await connect(server.url, { transports: transports() });
    await unlessAborted(
      play(client, server, transcript, async (at) => (server = await start(at))),
      signal,
    );
  } finally {
    await client?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function play(
  client: Client,
  server: ServerProcess,
  transcript: Transcript,
  restart: (at: string) => Promise<ServerProcess>,
): Promise<void> {
  const desk = client.service(OrderDeskClient);
  const witness = await Witness.of(desk);
  const orders = new Orders(client);
  transcript.note(
    `Buys ${orders.total} times, each order with a key of its own, and hears ticks and holdings meanwhile.`,
  );
  const bought = orders.buyAll();
  await orders.answered(killedAfter);
  const online = whenOnline(client, transcript);
  await server.kill();
  transcript.note(`kill -9 ${server.pid}, after ${killedAfter} answers.`);
  const next = await restart(server.url);
  transcript.note(`server: process ${next.pid}, listening at ${next.url} again`);
  await online;
  await bought;
  for (const gap of await witness.gaps()) transcript.heard(gap);
  await orders.settleUnknown(transcript);
  const booked = await orders.bookings();
  const wrong = booked.filter((times) => times !== 1).length;
  if (wrong > 0) throw new RpcError("data_loss", `${wrong} of ${booked.length} orders are not booked once`);
  transcript.note(`At the exchange: ${booked.length} orders, each booked once.`);
  await transcript.call("holdings, told again and changed since", witness.holdings(orders.quantity));
}

function whenOnline(client: Client, transcript: Transcript): Promise<void> {
  return new Promise((resolve) => {
    let reset = false;
    const stop = client.onState((state) => {
      transcript.heard(`client: ${state}`);
      if (state === "reset") reset = true;
      if (state !== "online" || !reset) return;
      stop();
      resolve();
    });
  });
}
