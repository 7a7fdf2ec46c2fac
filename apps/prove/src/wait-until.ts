import { setTimeout as sleep } from "node:timers/promises";

/** Waits for something of another process or the network, which tells nobody when it changes. */
export async function waitUntil(
  what: string,
  holds: () => boolean | Promise<boolean>,
  atMostMs = 30_000,
): Promise<void> {
  const until = performance.now() + atMostMs;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`${what}: not within ${atMostMs} ms`);
    await sleep(2);
  }
}
