import { setTimeout as sleep } from "node:timers/promises";
import { connect, RpcError, systemClock } from "@rpc/core";
import { SeededRandom } from "@rpc/core/testing";
import type { Connection } from "@rpc/core/transport";
import type { Carrier } from "./carriers.js";
import { useEverything } from "./everything.js";
import { countFrames, type LiveFuzz, runSessions } from "./live-fuzz.js";
import { Mutation } from "./mutation.js";
import type { SentPacket } from "./recording.js";

const timeoutMs = 150;
/** A client whose calls have a deadline of 150 ms is done within this, closing and a busy machine included. */
const doneMs = 10_000;

/** A server that answers real clients with what was recorded, some of it changed. */
export async function runHostileServer(
  { transport, url }: Carrier,
  recorded: readonly SentPacket[],
  frames: number,
  seed: number,
): Promise<LiveFuzz> {
  const corpus = recorded.map(({ bytes }) => bytes);
  let connections = 0;
  const sent = { frames: 0 };
  const listener = await transport.listen(
    new URL(url),
    {
      clock: systemClock,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      maxPacketBytes: 2 ** 22,
      packetTimeoutMs: 10_000,
      maxConnections: 1_000,
      maxConnectionsPerAddress: 1_000,
      plain: { call: async () => new Uint8Array(), hear: () => () => {} },
    },
    (connection) => {
      const random = new SeededRandom(seed + 1_000_000_007 * connections++);
      answer(connection, recorded, new Mutation(random, corpus), random, sent);
    },
  );
  try {
    return await runSessions(frames, seed, async (own, findings) => {
      const before = sent.frames;
      const done = await Promise.race([useOnce(transport, listener.url.href), sleep(doneMs, undefined)]);
      if (done === undefined) findings.push(`seed ${own}: a client was not done within ${doneMs} ms`);
      for (const error of done ?? []) findings.push(`seed ${own}: a call ended with ${String(error)}`);
      return sent.frames - before;
    });
  } finally {
    await listener.close();
  }
}

async function useOnce(transport: Carrier["transport"], url: string): Promise<unknown[]> {
  try {
    const client = await connect(url, { transports: [transport], timeoutMs, connectTimeoutMs: 300 });
    const wrong = await useEverything(client);
    await client.close();
    return wrong;
  } catch (error) {
    return RpcError.is(error) ? [] : [error];
  }
}

// Each packet leaves once as many of the client's came as had come when it was recorded.
function answer(
  connection: Connection,
  recorded: readonly SentPacket[],
  mutation: Mutation,
  random: SeededRandom,
  sent: { frames: number },
): void {
  let next = 0;
  connection.maxPacketBytes = 2 ** 22;
  connection.start({
    packet() {
      while (recorded[next]?.by === "server") next++;
      next++;
      for (; recorded[next]?.by === "server"; next++) {
        const sound = recorded[next]!.bytes;
        // A welcome is changed now and then only: most sessions are to get further.
        const share = next === 1 ? 0.1 : 0.5;
        const bytes = random.chance(share) ? mutation.of(sound) : sound;
        if (bytes.length === 0) continue;
        sent.frames += countFrames(bytes);
        const room = new Uint8Array(8 + bytes.length);
        room.set(bytes, 8);
        connection.send(room.subarray(8));
      }
    },
    drain() {},
    closed() {},
  });
}
