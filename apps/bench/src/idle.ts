import { HalfProcess } from "./half-process.js";

/** What an idle connection costs the server. */
export interface IdleFigures {
  /** Resident memory that each connection between the first count and the last adds. */
  readonly bytesPerConnection: number;
}

/** Measures the server's memory after each of `counts` connections, garbage collected; the slope is of the last two. */
export async function measureIdle(peer: string, counts: readonly [number, number]): Promise<IdleFigures> {
  const server = new HalfProcess(peer, "server");
  const { url } = await server.ready;
  const client = new HalfProcess(peer, "client", url ?? "");
  await client.ready;
  const rss: number[] = [];
  for (const count of counts) {
    await client.ask({ ask: "connections", count });
    rss.push(await settledRss(server));
  }
  await client.close();
  await server.close();
  return { bytesPerConnection: (rss[1]! - rss[0]!) / (counts[1] - counts[0]) };
}

// The last acknowledgements and their garbage are gone when two looks agree.
async function settledRss(server: HalfProcess): Promise<number> {
  let last = Number.POSITIVE_INFINITY;
  for (;;) {
    const { rssBytes = 0 } = await server.ask({ ask: "memory" });
    if (rssBytes >= last * 0.995) return Math.min(last, rssBytes);
    last = rssBytes;
  }
}
