import { setTimeout as sleep } from "node:timers/promises";
import { ScriptedPeer, SeededRandom } from "@rpc/core/testing";
import type { Transport } from "@rpc/core/transport";
import { countFrames, type LiveFuzz, runSessions } from "./live-fuzz.js";
import { Mutation } from "./mutation.js";
import type { SentPacket } from "./recording.js";

export interface HostileClientsOptions {
  readonly transport: Transport;
  readonly url: string;
  readonly recorded: readonly SentPacket[];
  readonly frames: number;
  readonly seed: number;
}

/** Clients that say what was recorded, each with some packets changed, to a live server. */
export function sendHostileClients(options: HostileClientsOptions): Promise<LiveFuzz> {
  const { transport, url, recorded, frames, seed } = options;
  const corpus = recorded.map(({ bytes }) => bytes);
  const own = recorded.filter(({ by }) => by === "client").map(({ bytes }) => bytes);
  return runSessions(frames, seed, async (seedOfSession) => {
    const random = new SeededRandom(seedOfSession);
    const mutation = new Mutation(random, corpus);
    // The hello is changed now and then only: most sessions are to get further.
    const changed = random.whole(random.chance(0.04) ? 0 : 1, own.length - 1);
    const sessionId = random.bytes(16);
    const peer = await ScriptedPeer.connect(transport, url);
    let sent = 0;
    for (const [index, packet] of own.entries()) {
      const sound = index === 0 ? withSessionId(packet, sessionId) : withoutAcknowledgement(packet);
      const bytes = index === changed || (index > 0 && random.chance(0.1)) ? mutation.of(sound) : sound;
      if (bytes.length === 0) continue;
      sent += countFrames(bytes);
      peer.raw(withHeadroom(bytes));
      if (index === 0) await Promise.race([peer.heard, sleep(200)]);
    }
    await sleep(0);
    await Promise.race([peer.close(), sleep(2_000)]);
    return sent;
  });
}

// The server has not sent yet what the recorded client had heard.
function withoutAcknowledgement(packet: Uint8Array): Uint8Array {
  const copy = packet.slice();
  copy.fill(0, 5, 9);
  return copy;
}

function withSessionId(hello: Uint8Array, id: Uint8Array): Uint8Array {
  const at = Buffer.from(hello.buffer, hello.byteOffset, hello.length).indexOf("sessionId");
  const copy = hello.slice();
  // Behind the name stand two bytes that say that sixteen follow.
  copy.set(id, at + "sessionId".length + 2);
  return copy;
}

// As packets of a session have it: a transport may write its framing there.
function withHeadroom(bytes: Uint8Array): Uint8Array {
  const room = new Uint8Array(8 + bytes.length);
  room.set(bytes, 8);
  return room.subarray(8);
}
