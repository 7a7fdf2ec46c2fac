/** Keeps a desk under load and hears its events, in a process that can stand still. */
import { type Client, connect, type Limits, type Remote } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { answerParent } from "../answer-parent.js";
import type { Desk } from "../desk.js";
import { judge } from "../journal.js";
import { Listener } from "../listener.js";
import { describeFailures, Load } from "../load.js";
import type { Figure } from "../proof.js";
import { stall } from "../stall.js";

export interface DeskClientOptions {
  readonly url: string;
  readonly inFlight: number;
  readonly timeoutMs: number;
  readonly limits?: Partial<Limits>;
}

/** What a client of a desk saw. */
export interface DeskReport {
  readonly made: number;
  readonly unsettled: number;
  readonly failed: readonly string[];
  readonly wrong: readonly string[];
  readonly judged: readonly Figure[];
  /** Gaps of every reason. */
  readonly gaps: number;
  readonly missing: readonly string[];
  readonly resumes: number;
  readonly resets: number;
}

let client: Client;
let load: Load;
const listener = new Listener();
let resumes = 0;
let resets = 0;

answerParent({
  async start({ url, inFlight, timeoutMs, limits = {} }: DeskClientOptions): Promise<void> {
    client = await connect(url, { transports: [tcp()], timeoutMs, limits });
    client.onState((state) => {
      if (state === "resuming") resumes += 1;
      if (state === "reset") resets += 1;
    });
    const desk = client.service<Remote<Desk>>("Desk");
    await listener.listen(desk);
    load = new Load(desk, inFlight);
  },
  succeeded: () => load.succeeded,
  stall,
  /** Makes no more calls, and resolves when all have ended. */
  stop: () => load.stop(),
  report({ ran, published }: Heard): DeskReport {
    return {
      made: load.made,
      unsettled: load.made - load.ended.length,
      failed: describeFailures(load.ended),
      wrong: load.wrong,
      judged: judge(load.ended, new Map(ran)).figures,
      gaps: listener.gaps(),
      missing: listener.compare(new Map(published)),
      resumes,
      resets,
    };
  },
});

/** What really happened at the server. */
export interface Heard {
  readonly ran: readonly (readonly [string, number])[];
  readonly published: readonly (readonly [string, number])[];
}
