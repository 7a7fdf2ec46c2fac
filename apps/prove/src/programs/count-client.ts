/** Makes many calls at once, and counts how each ended. */
import { type Client, connect, type Limits, type Remote, type RpcError } from "@rpc/core";
import { answerParent } from "../answer-parent.js";
import { MemoryWatch } from "../memory-watch.js";
import { createTransport, type Scheme } from "../transports.js";
import type { Ledger } from "./count-server.js";

export interface CountClientOptions {
  readonly scheme: Scheme;
  readonly url: string;
  readonly limits?: Partial<Limits>;
}

export interface CallsWanted {
  readonly from: number;
  readonly to: number;
  readonly inFlight: number;
}

/** How calls ended. */
export interface CallsMade {
  readonly succeeded: number;
  /** Code, outcome and message of each that failed. */
  readonly failed: readonly string[];
  /** Answers that were not the right one. */
  readonly wrong: number;
  readonly resumes: number;
  readonly resets: number;
  readonly grownMiB: number;
}

let client: Client;
let resumes = 0;
let resets = 0;
let memory: MemoryWatch | undefined;

answerParent({
  async start({ scheme, url, limits = {} }: CountClientOptions): Promise<void> {
    client = await connect(url, { transports: [createTransport(scheme)], timeoutMs: 60_000, limits });
    client.onState((state) => {
      if (state === "resuming") resumes += 1;
      if (state === "reset") resets += 1;
    });
  },
  warm() {
    memory = new MemoryWatch();
  },
  calls: async (wanted: CallsWanted): Promise<CallsMade> => ({
    ...(await makeCalls(client.service<Remote<Ledger>>("Ledger"), wanted)),
    resumes,
    resets,
    grownMiB: memory?.grownMiB ?? 0,
  }),
  close: () => client.close(),
});

async function makeCalls(
  ledger: Remote<Ledger>,
  { from, to, inFlight }: CallsWanted,
): Promise<Pick<CallsMade, "succeeded" | "failed" | "wrong">> {
  let next = from;
  let succeeded = 0;
  let wrong = 0;
  const failed: string[] = [];
  const work = async () => {
    while (next <= to) {
      const key = next++;
      await ledger.enter(key).then(
        (value) => {
          succeeded += 1;
          if (value !== key * 2) wrong += 1;
        },
        (error: RpcError) => failed.push(`call ${key}: ${error.code} ${error.outcome} ${error.message}`),
      );
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  return { succeeded, failed, wrong };
}
