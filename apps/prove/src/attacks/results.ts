import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { ScriptedPeer } from "@rpc/core/testing";

/** As long as an attacker waits for anything: longer than every limit in time that the attacked server has. */
const patienceMs = 6_000;

/** How a connection ended, in the server's words if it had any. */
export async function ending(peer: ScriptedPeer): Promise<string> {
  const ended = await Promise.race([peer.closed.then(() => true), sleep(patienceMs, false)]);
  if (!ended) return "nothing: the connection stays open";
  const close = peer.frames.find((frame) => frame.type === "close");
  return close === undefined ? "closed" : `closed: ${close.message}`;
}

/** How a bare socket ended. */
export async function endingOf(socket: Socket): Promise<string> {
  if (socket.destroyed) return "closed";
  const closed = new Promise<boolean>((resolve) => socket.once("close", () => resolve(true)));
  const ended = await Promise.race([closed, sleep(patienceMs, false)]);
  return ended ? "closed" : "nothing: the connection stays open";
}

/** What frames came, once as many came as were waited for or the connection ended: `2 reply, 3 error resource_exhausted`. */
export async function answers(peer: ScriptedPeer, count: number): Promise<string> {
  let over = false;
  void peer.closed.then(() => {
    over = true;
  });
  const until = performance.now() + patienceMs;
  while (!over && peer.frames.length < count && performance.now() < until) await sleep(10);
  const tally = new Map<string, number>();
  for (const frame of peer.frames) {
    const text = "code" in frame ? `${frame.type} ${frame.code}` : frame.type;
    tally.set(text, (tally.get(text) ?? 0) + 1);
  }
  const close = peer.frames.find((frame) => frame.type === "close");
  const told = [...tally].map(([text, times]) => `${times} ${text}`).join(", ");
  if (close !== undefined) return `closed: ${close.message}`;
  return over ? `${told} and closed` : told;
}
