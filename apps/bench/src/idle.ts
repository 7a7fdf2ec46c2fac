import { HalfProcess } from "./half-process.js";

/** What an idle connection costs the server. */
export interface IdleFigures {
  /** Resident memory that each connection between the first count and the last adds. */
  readonly bytesPerConnection: number;
}

/** Connections between two answers of the client: seconds, so that one that hangs is told from one that works. */
const step = 500;

/** Looks at memory before it is taken as it is: a process that is busy with something else may go on changing. */
const mostLooks = 20;

/** Measures the server's memory after each of `counts` connections, garbage collected; the slope is of the last two. */
export async function measureIdle(peer: string, counts: readonly [number, number]): Promise<IdleFigures> {
  const server = new HalfProcess(peer, "server");
  const { url } = await server.ready;
  const client = new HalfProcess(peer, "client", url ?? "");
  await client.ready;
  const rss: number[] = [];
  let open = 1;
  for (const count of counts) {
    while (open < count) {
      open = Math.min(open + step, count);
      await client.ask({ ask: "connections", count: open });
    }
    rss.push(await settledRss(server));
  }
  await client.close();
  await server.close();
  return { bytesPerConnection: (rss[1]! - rss[0]!) / (counts[1] - counts[0]) };
}

// The last acknowledgements and their garbage are gone when two looks agree.
async function settledRss(server: HalfProcess): Promise<number> {
  let last = Number.POSITIVE_INFINITY;
  for (let look = 0; look < mostLooks; look += 1) {
    const { rssBytes = 0 } = await server.ask({ ask: "memory" });
    if (rssBytes >= last * 0.995) return Math.min(last, rssBytes);
    last = rssBytes;
  }
  return last;
}
