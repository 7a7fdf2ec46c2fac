/** One half of a measurement in a process of its own: `node half.js <peer> server|client [url]`, told what to do by its parent. */
import type { BenchClient, BenchServer, Peer } from "./peer.js";

// These imports are types alone: nothing is loaded before this line.
const startCpu = process.cpuUsage();

/** What the parent asks for. */
export type Question =
  | { readonly ask: "round"; readonly case: string; readonly units: number }
  | { readonly ask: "usage" }
  | { readonly ask: "memory" }
  | { readonly ask: "connections"; readonly count: number }
  | { readonly ask: "close" };

/** What a half answers. */
export interface Answer {
  readonly url?: string;
  readonly wallMs?: number;
  /** User and system CPU of this process so far, or of the round. */
  readonly cpuUs?: number;
  /** Requests that the server ran so far. */
  readonly served?: number;
  /** Resident memory after collecting garbage, where the process can. */
  readonly rssBytes?: number;
  /** What a client can do. */
  readonly can?: readonly string[];
  /** Median of the calls' times. */
  readonly p50Us?: number;
  /** CPU from the first line of this file to being ready: loading the peer, and listening or the first answer. */
  readonly startUs?: number;
}

const [, , peerName = "", role, url = ""] = process.argv;
// After the clock started, since loading a peer is what start-up is made of.
const peer = await (await import("./peers.js")).findPeer(peerName);
const half = role === "server" ? await startServer(peer) : await startClient(peer);

process.on("message", (question: Question) => {
  if (question.ask === "close") void half.close().then(() => process.exit(0));
  else
    half.answer(question).then(
      (answer) => process.send?.(answer),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
});
// A bench that was killed leaves no halves behind.
process.on("disconnect", () => process.exit(1));

interface Half {
  answer(question: Question): Promise<Answer>;
  close(): Promise<void>;
}

async function startServer({ serve, oneProcess }: Peer): Promise<Half> {
  const nobody: BenchServer = { url: "", served: () => 0, close: async () => {} };
  const server = oneProcess ? nobody : await serve();
  process.send?.({ url: server.url, startUs: startUs() } satisfies Answer);
  return {
    async answer({ ask }) {
      // Apart: collecting garbage costs what would be counted as the next round's.
      if (ask === "memory") return { rssBytes: rssBytes() };
      // A half that does nothing costs nothing.
      return { cpuUs: oneProcess ? 0 : cpuUs() + (server.otherCpuUs?.() ?? 0), served: server.served() };
    },
    close: () => server.close(),
  };
}

async function startClient({ serve, connect, oneProcess }: Peer): Promise<Half> {
  const server = oneProcess ? await serve() : undefined;
  const target = server?.url ?? url;
  const clients: BenchClient[] = [await connect(target)];
  await clients[0]!.call();
  process.send?.({ can: Object.keys(clients[0]!), startUs: startUs() } satisfies Answer);
  const subscribed = new Set<BenchClient>();
  const grow = async (count: number) => {
    while (clients.length < count) {
      const more = Math.min(100, count - clients.length);
      clients.push(...(await Promise.all(Array.from({ length: more }, () => connect(target)))));
    }
  };
  const prepare = async (connections: number, subscribing: boolean) => {
    await grow(connections);
    const taking = clients.slice(0, connections);
    for (const client of subscribing ? taking : []) {
      if (subscribed.has(client)) continue;
      subscribed.add(client);
      await client.subscribe?.();
    }
    return taking;
  };
  return {
    async answer(question) {
      if (question.ask === "usage") return { served: server?.served() ?? 0 };
      if (question.ask === "connections") {
        await grow(question.count);
        return {};
      }
      if (question.ask !== "round") throw new Error(`a client cannot ${question.ask}`);
      const { cases } = await import("./cases.js");
      const asked = cases.find(({ name }) => name === question.case);
      if (asked === undefined) throw new Error(`unknown case ${question.case}`);
      const taking = await prepare(asked.connections, asked.needs.includes("hear"));
      const before = cpuUs();
      const start = performance.now();
      const times = await asked.run(taking, question.units);
      const wallMs = performance.now() - start;
      return {
        cpuUs: cpuUs() - before,
        wallMs,
        ...(times === undefined ? {} : { p50Us: median(times) * 1_000 }),
      };
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()));
      await server?.close();
    },
  };
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function startUs(): number {
  const { user, system } = process.cpuUsage(startCpu);
  return user + system;
}

function rssBytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage.rss();
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
