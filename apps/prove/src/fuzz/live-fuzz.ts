/** What came of mutated sessions with a live peer. */
export interface LiveFuzz {
  readonly sessions: number;
  readonly frames: number;
  /** What must not happen, each with the seed that shows it again. */
  readonly findings: readonly string[];
}

/** Sessions at once: enough to overlap, few enough for every transport. */
const atOnce = 20;

/** Runs `session` for each seed, some at once, until as many frames were sent; `session` returns the frames it sent. */
export async function runSessions(
  frames: number,
  seed: number,
  session: (seed: number, findings: string[]) => Promise<number>,
): Promise<LiveFuzz> {
  const findings: string[] = [];
  let sessions = 0;
  let sent = 0;
  const work = async () => {
    while (sent < frames && findings.length < 10) {
      const own = seed + sessions++;
      try {
        const count = await session(own, findings);
        // A session that sent nothing counts too, or there might be no end.
        sent += Math.max(1, count);
      } catch (error) {
        findings.push(`seed ${own}: ${(error as Error).stack}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { sessions, frames: sent, findings };
}

/** Frames of a packet, as far as its lengths can be followed. */
export function countFrames(packet: Uint8Array): number {
  let frames = 0;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  for (let at = 13; at + 5 <= packet.length; at += 5 + view.getUint32(at + 1)) frames += 1;
  return frames;
}
