import { createPacketReader, type ReadPacket, SeededRandom } from "@rpc/core/testing";
import { headerBytes, Mutation } from "./mutation.js";
import { agrees } from "./reference.js";

/** What came of packets that were only decoded. */
export interface DecoderFuzz {
  /** Frames that were decoded. */
  readonly frames: number;
  readonly packets: number;
  readonly refused: number;
  /** Values that somebody else's decoder read too. */
  readonly compared: number;
  readonly slowestMs: number;
  /** What must not happen, each with the seed that shows it again. */
  readonly findings: readonly string[];
}

/** Longest that a packet may take to decode, the best of three. */
export const slowMs = 50;

/** Decodes mutated packets until that many frames were read. */
export function fuzzDecoder(corpus: readonly Uint8Array[], frames: number, seed: number): DecoderFuzz {
  const sum = { frames: 0, packets: 0, refused: 0, compared: 0, slowestMs: 0 };
  const findings: string[] = [];
  const read = createPacketReader();
  while (sum.frames < frames && findings.length < 10) {
    const random = new SeededRandom(seed + sum.packets);
    const bytes = new Mutation(random, corpus).of(random.pick(corpus));
    const name = `packet of seed ${seed + sum.packets}`;
    sum.packets += 1;
    try {
      const { packet, ms } = timed(read, bytes);
      sum.slowestMs = Math.max(sum.slowestMs, ms);
      if (ms > slowMs) findings.push(`${name} took ${ms.toFixed(0)} ms`);
      sum.frames += Math.max(1, packet?.frames.length ?? 0);
      if (packet === undefined) sum.refused += 1;
      else sum.compared += compare(packet.frames, bytes, name, findings);
    } catch (error) {
      findings.push(`${name} threw ${(error as Error).stack}`);
    }
  }
  return { ...sum, findings };
}

/** Reads a packet, again if it took long: something else may have had the processor. */
function timed(
  read: ReturnType<typeof createPacketReader>,
  bytes: Uint8Array,
): { packet: ReadPacket | undefined; ms: number } {
  let best = Infinity;
  for (let time = 0; ; time++) {
    const began = performance.now();
    const packet = read(bytes);
    best = Math.min(best, performance.now() - began);
    if (best <= slowMs || time === 2) return { packet, ms: best };
  }
}

function compare(frames: ReadPacket["frames"], bytes: Uint8Array, name: string, findings: string[]): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let compared = 0;
  let at = headerBytes;
  for (const frame of frames) {
    const end = at + 5 + view.getUint32(at + 1);
    const same = agrees(frame, bytes.subarray(at + 5, end));
    if (same !== undefined) compared += 1;
    if (same === false) findings.push(`${name}: a ${frame.type} is read otherwise by @msgpack/msgpack`);
    at = end;
  }
  return compared;
}
