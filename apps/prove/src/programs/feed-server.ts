/** Serves a feed, and tells as much as its parent asks for. */
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { type Server, serve } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { answerParent } from "../answer-parent.js";
import { Feed } from "../feed.js";
import { MemoryWatch } from "../memory-watch.js";

/** What a feed server is asked to tell. */
export interface Telling {
  readonly what: "trades" | "quotes";
  readonly count: number;
  /** Default: as fast as it can, 100 a turn of its event loop. */
  readonly perSecond?: number;
}

/** Numbers of a feed server. */
export interface FeedState {
  /** User and system CPU of the process so far. */
  readonly cpuUs: number;
  readonly grownMiB: number;
  /** Most events that waited for its subscribers at any one moment, looked at after each burst. */
  readonly mostQueued: number;
  readonly dropped: number;
}

const burst = 100;
const feed = new Feed();
let server: Server;
let memory: MemoryWatch | undefined;
let mostQueued = 0;

answerParent({
  async start(): Promise<string> {
    server = await serve([feed], { transports: [tcp()], listen: "tcp://127.0.0.1:0" });
    return server.urls[0]!;
  },
  warm() {
    memory = new MemoryWatch();
  },
  async tell({ what, count, perSecond = Infinity }: Telling): Promise<void> {
    const start = performance.now();
    for (let told = 0; told < count; ) {
      const due = Math.min(count, ((performance.now() - start) * perSecond) / 1_000);
      const next = Math.min(burst, Math.floor(due) - told);
      if (next > 0) {
        if (what === "trades") feed.tellTrades(next);
        else feed.tellQuotes(next);
        told += next;
        await turn();
      } else await sleep(1);
      if (told % (10 * burst) === 0) mostQueued = Math.max(mostQueued, sum("queuedEvents"));
    }
  },
  state(): FeedState {
    const { user, system } = process.cpuUsage();
    return {
      cpuUs: user + system,
      grownMiB: memory?.grownMiB ?? 0,
      mostQueued,
      dropped: sum("droppedEvents"),
    };
  },
});

function sum(name: "queuedEvents" | "droppedEvents"): number {
  return server.stats().sessions.reduce((total, session) => total + session[name], 0);
}
