/** One half of a measurement in a process of its own: `node half.js <peer> server|client [url]`, told what to do by its parent. */
import { findPeer } from "./peers.js";

/** What the parent asks for. */
export type Question =
  | { readonly ask: "round"; readonly calls: number; readonly inFlight: number }
  | { readonly ask: "usage" }
  | { readonly ask: "close" };

/** What a half answers. */
export interface Answer {
  readonly url?: string;
  readonly wallMs?: number;
  /** User and system CPU of this process so far. */
  readonly cpuUs?: number;
  /** Calls that the server ran so far. */
  readonly served?: number;
}

const [, , peerName = "", role, url = ""] = process.argv;
const peer = findPeer(peerName);
const half = role === "server" ? await startServer() : await startClient();

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

async function startServer(): Promise<Half> {
  const server = await peer.serve();
  process.send?.({ url: server.url } satisfies Answer);
  return { answer: async () => ({ cpuUs: cpuUs(), served: server.served() }), close: () => server.close() };
}

async function startClient(): Promise<Half> {
  const client = await peer.connect(url);
  process.send?.({} satisfies Answer);
  return {
    async answer(question) {
      const before = cpuUs();
      const start = performance.now();
      if (question.ask === "round") await runRound(client, question.calls, question.inFlight);
      return { cpuUs: cpuUs() - before, wallMs: performance.now() - start };
    },
    close: () => client.close(),
  };
}

/** Keeps `inFlight` calls going until `calls` were answered. */
async function runRound(client: { call(): Promise<void> }, calls: number, inFlight: number): Promise<void> {
  let left = calls;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await client.call();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
