import { once } from "node:events";
import {
  type AddressInfo,
  type Server as CuttingProxy,
  createServer,
  connect as dial,
  type Socket,
} from "node:net";
import { connect, expose, type Remote, RpcError, type Server, serve, service } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** How often each key ran, on whatever server. */
const ran = new Map<string, number>();

@service("Ledger")
class Ledger {
  @expose()
  async enter(key: string): Promise<string> {
    return count(key);
  }

  @expose()
  async refuse(key: string): Promise<never> {
    throw new RpcError("failed_precondition", count(key));
  }

  @expose({ idempotent: true })
  async look(key: string): Promise<string> {
    return count(key);
  }

  @expose({ once: { windowMs: 60_000 } })
  async place(key: string): Promise<string> {
    return count(key);
  }
}

type Direction = "toServer" | "toClient";

/** Where a session is cut: after this byte of its first connection, in one direction. */
interface Cut {
  readonly direction: Direction;
  readonly after: number;
}

let servers: Server[];

describe("a session that is cut after every single byte", () => {
  beforeAll(async () => {
    const options = {
      transports: [tcp()],
      listen: "tcp://127.0.0.1:0",
      limits: { sessionRetentionMs: 2_000 },
    };
    servers = [await serve([new Ledger()], options), await serve([new Ledger()], options)];
  });
  afterAll(() => Promise.all(servers.map((server) => server.close({ graceMs: 0 }))));

  it.each([
    ["continues and loses nothing when the server is still there", 0],
    ["tells the truth about every call when another server has taken its place", 1],
  ])(
    "%s",
    async (_title, next) => {
      const lengths = await run(undefined, next);
      const cuts = (["toServer", "toClient"] as const).flatMap((direction) =>
        Array.from({ length: lengths[direction] }, (_, index): Cut => ({ direction, after: index + 1 })),
      );
      expect(cuts.length).toBeGreaterThan(500);
      // A few dozen at a time, for each waits a little before it connects again.
      const failures: string[] = [];
      const workers = Array.from({ length: 32 }, async () => {
        for (let cut = cuts.pop(); cut !== undefined; cut = cuts.pop()) {
          await run(cut, next).catch((error: Error) =>
            failures.push(`${cut?.direction} ${cut?.after}: ${error.message}`),
          );
        }
      });
      await Promise.all(workers);
      expect(failures).toEqual([]);
    },
    120_000,
  );
});

let runs = 0;

/** One session with one call of each kind, its first connection cut; returns the bytes it took. */
async function run(cut: Cut | undefined, next: number): Promise<Record<Direction, number>> {
  const name = `run ${++runs}`;
  const lengths = { toServer: 0, toClient: 0 };
  const proxy = await startProxy(cut, next, lengths);
  const { port } = proxy.address() as AddressInfo;
  try {
    const random = {
      fraction: () => 0,
      bytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)),
    };
    const client = await connect(`tcp://127.0.0.1:${port}`, { transports: [tcp()], random });
    try {
      const ledger = client.service<Remote<Ledger>>("Ledger");
      const calls = [
        judge(`${name} enter`, next, (key) => ledger.enter(key)),
        judge(`${name} refuse`, next, (key) => ledger.refuse(key)),
        judge(`${name} look`, next, (key) => ledger.$with({ idempotent: true }).look(key)),
        judge(`${name} place`, next, (key) => ledger.$with({ key }).place(key)),
      ];
      await Promise.all(calls);
      await judge(`${name} later`, next, (key) => ledger.enter(key));
    } finally {
      await client.close();
    }
  } finally {
    proxy.close();
  }
  return lengths;
}

/** Compares what a caller is told with what happened. */
async function judge(key: string, next: number, call: (key: string) => Promise<unknown>): Promise<void> {
  const error = await call(key).then(
    () => undefined,
    (reason: RpcError) => reason,
  );
  const times = ran.get(key) ?? 0;
  const told = error === undefined ? "success" : `${error.code} ${error.outcome}`;
  const idempotent = key.endsWith("look");
  if (times > 1 && !idempotent) throw new Error(`${key} ran ${times} times (${told})`);
  if ((error === undefined || error.outcome === "executed") && times === 0)
    throw new Error(`${key}: ${told}, and it never ran`);
  if (error?.outcome === "not-executed" && times > 0) throw new Error(`${key}: ${told}, and it ran`);
  const wanted = key.endsWith("refuse") ? "failed_precondition executed" : "success";
  // On the same server the session goes on, so nothing may be in doubt; and what may run twice succeeds everywhere.
  if ((next === 0 || idempotent) && told !== wanted) throw new Error(`${key}: ${told}`);
}

function count(key: string): string {
  ran.set(key, (ran.get(key) ?? 0) + 1);
  return key;
}

/** Passes bytes on; the first connection ends at the cut, later ones go to the server of number `next`. */
async function startProxy(
  cut: Cut | undefined,
  next: number,
  lengths: Record<Direction, number>,
): Promise<CuttingProxy> {
  let first = true;
  const proxy = createServer((near) => {
    const far = dial(Number(new URL(servers[first ? 0 : next]!.urls[0]!).port), "127.0.0.1");
    const cutHere = first ? cut : undefined;
    const seen = first ? lengths : { toServer: 0, toClient: 0 };
    first = false;
    pass(near, far, "toServer");
    pass(far, near, "toClient");

    function pass(from: Socket, to: Socket, direction: Direction): void {
      from.on("data", (bytes: Buffer) => {
        const left = cutHere?.direction === direction ? cutHere.after - seen[direction] : Infinity;
        seen[direction] += bytes.length;
        if (bytes.length < left) return void to.write(bytes);
        // What was let through arrives, in order; then both ends see the end.
        to.end(bytes.subarray(0, Math.max(0, left)));
        from.destroy();
      });
      from.on("error", () => {});
      from.on("close", () => to.end());
    }
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return proxy;
}
