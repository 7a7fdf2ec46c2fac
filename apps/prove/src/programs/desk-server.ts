/** Serves a desk that writes down every execution before it does anything, and tells ticks all the time. */
import { type Limits, type Server, serve } from "@rpc/core";
import { answerParent } from "../answer-parent.js";
import { Desk } from "../desk.js";
import { takeSample } from "../footprint.js";
import { stall } from "../stall.js";
import { createTransport, type Scheme } from "../transports.js";

export interface DeskServerOptions {
  /** Default tcp. */
  readonly scheme?: Scheme;
  /** 0 takes a free one. */
  readonly port: number;
  /** File that outlives this process: a line for each execution. */
  readonly journal: string;
  readonly limits?: Partial<Limits>;
  /** Tells nothing until asked to `tick`. Default false. */
  readonly quiet?: boolean;
  /** Milliseconds between two rounds of ticks. Default 2. */
  readonly tickMs?: number;
}

/** What a desk told, and who listens. */
export interface DeskState {
  /** Newest sequence number by topic. */
  readonly published: readonly (readonly [string, number])[];
  readonly subscriptions: number;
  readonly connections: number;
  /** Sessions that have a connection. */
  readonly attached: number;
}

let desk: Desk;
let server: Server;
let ticking: NodeJS.Timeout;
let everyMs: number;
const tick = () => {
  ticking = setInterval(() => desk.tick(), everyMs);
};

answerParent({
  async start({
    scheme = "tcp",
    port,
    journal,
    limits = {},
    quiet = false,
    tickMs = 2,
  }: DeskServerOptions): Promise<string> {
    desk = new Desk(journal);
    server = await serve([desk], {
      transports: [createTransport(scheme)],
      listen: `${scheme}://127.0.0.1:${port}`,
      limits,
    });
    everyMs = tickMs;
    if (!quiet) tick();
    return server.urls[0]!;
  },
  tick,
  /** Tells no more, so that what was told can be compared. */
  quiet() {
    clearInterval(ticking);
  },
  state(): DeskState {
    const { sessions, connections } = server.stats();
    return {
      published: desk.published,
      subscriptions: sessions.reduce((sum, { subscriptions }) => sum + subscriptions, 0),
      connections,
      attached: sessions.filter(({ peer }) => peer !== undefined).length,
    };
  },
  /** Closes in order, as a deployment does. */
  async close(graceMs: number) {
    await server.close({ graceMs });
    clearInterval(ticking);
  },
  stall,
  sample: takeSample,
});
