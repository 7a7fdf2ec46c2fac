import { type Server, serve } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { Ledger } from "../every-byte/ledger.js";
import { playSession } from "../every-byte/play-session.js";
import { type Direction, TcpProxy } from "../faults/tcp-proxy.js";
import { none, type Proof } from "../proof.js";
import { portOf } from "../transports.js";

/** In the short form every sixth byte, beginning with another one each time. */
const sizes = { short: { step: 6 }, full: { step: 1 } };
// A few dozen at a time, for each waits a little before it connects again.
const atOnce = 32;

/** Where a session is cut: after this byte of its first connection, in one direction. */
interface Cut {
  readonly direction: Direction;
  readonly after: number;
}

interface Served {
  readonly server: Server;
  readonly ledger: Ledger;
}

/** One short session, cut after each of its bytes. */
export const everyCut: Proof = {
  name: "every-cut",
  what: "a session of calls, a stream and events, cut after every single byte: what callers are told is true",
  async run(size) {
    const happened = { ran: new Map<string, number>() };
    const start = async (): Promise<Served> => {
      const ledger = new Ledger(happened);
      const limits = { sessionRetentionMs: 2_000 };
      return {
        ledger,
        server: await serve([ledger], { transports: [tcp()], listen: "tcp://127.0.0.1:0", limits }),
      };
    };
    const servers = { same: await start(), other: await start() };
    const failures: string[] = [];
    let sessions = 0;
    const play = async (next: keyof typeof servers, cut?: Cut): Promise<TcpProxy> => {
      const proxy = await TcpProxy.to(portOf(servers.same.server.urls[0]!));
      const name = `s${++sessions}`;
      if (cut !== undefined) {
        proxy.nextFate = () => {
          proxy.nextFate = () => undefined;
          return { kind: "end", afterBytes: cut.after, direction: cut.direction };
        };
        proxy.afterwards = portOf(servers[next].server.urls[0]!);
      }
      try {
        const url = `tcp://127.0.0.1:${proxy.port}`;
        const published = [servers.same, servers[next]].map(({ ledger }) => ledger.published);
        await playSession({ url, name, same: next === "same", happened, published });
      } finally {
        await proxy.close();
      }
      return proxy;
    };
    try {
      const { passed } = await play("same");
      const { step } = sizes[size];
      const cuts = (["same", "other"] as const).flatMap((next) =>
        (["toServer", "toClient"] as const).flatMap((direction) =>
          everyNth(passed[direction], step).map((after) => ({ next, cut: { direction, after } })),
        ),
      );
      const tried = cuts.length;
      const work = async () => {
        for (let one = cuts.pop(); one !== undefined; one = cuts.pop()) {
          const { next, cut } = one;
          await play(next, cut).catch((error: Error) =>
            failures.push(`cut ${cut.direction} after ${cut.after}, ${next} server: ${error.message}`),
          );
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      return {
        tried: `${tried.toLocaleString("en")} sessions, each cut once, half of them continued at another server`,
        figures: [
          none("untrue", failures.length),
          { name: "bytes of the session", value: passed.toServer + passed.toClient, atLeast: 500 },
        ],
        notes: failures,
      };
    } finally {
      await Promise.all([servers.same, servers.other].map(({ server }) => server.close({ graceMs: 0 })));
    }
  },
};

function everyNth(bytes: number, step: number): number[] {
  const first = 1 + Math.floor(Math.random() * step);
  return Array.from({ length: Math.ceil((bytes - first + 1) / step) }, (_, index) => first + index * step);
}
