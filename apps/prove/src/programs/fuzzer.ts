/** Decodes mutated packets, and holds clients out to mutated servers: a process whose memory is watched. */
import { answerParent } from "../answer-parent.js";
import { type CarrierName, createCarrier } from "../fuzz/carriers.js";
import { fuzzDecoder } from "../fuzz/fuzz-decoder.js";
import { runHostileServer } from "../fuzz/hostile-servers.js";
import { recordSession, type SentPacket } from "../fuzz/recording.js";

/** How much to do, and where to begin. */
export interface FuzzWanted {
  readonly frames: number;
  readonly seed: number;
}

/** What the process has come to. */
export interface FuzzedProcess {
  readonly rssBytes: number;
  /** Rejections and exceptions that nobody handled. */
  readonly unhandled: readonly string[];
}

let recorded: readonly SentPacket[];
const unhandled: string[] = [];
for (const event of ["unhandledRejection", "uncaughtException"] as const)
  process.on(event, (reason: unknown) =>
    unhandled.push(reason instanceof Error ? reason.stack! : String(reason)),
  );

answerParent({
  async start(): Promise<void> {
    recorded = await recordSession();
  },
  decode({ frames, seed }: FuzzWanted) {
    return fuzzDecoder(
      recorded.map(({ bytes }) => bytes),
      frames,
      seed,
    );
  },
  hostileServer({ carrier, frames, seed }: FuzzWanted & { readonly carrier: CarrierName }) {
    return runHostileServer(createCarrier(carrier), recorded, frames, seed);
  },
  state(): FuzzedProcess {
    globalThis.gc?.();
    return { rssBytes: process.memoryUsage.rss(), unhandled };
  },
});
