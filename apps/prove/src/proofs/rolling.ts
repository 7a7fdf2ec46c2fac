import { connect, type Remote } from "@rpc/core";
import { Child } from "../child.js";
import type { Desk } from "../desk.js";
import { Journal, judge } from "../journal.js";
import { Listener } from "../listener.js";
import { describeFailures, Load } from "../load.js";
import type { DeskServerOptions } from "../programs/desk-server.js";
import { type Findings, none, type Proof, type Size } from "../proof.js";
import { createTransport, portOf, type Scheme } from "../transports.js";
import { waitUntil } from "../wait-until.js";

const sizes = { short: { restarts: 6 }, full: { restarts: 200 } };
const inFlight = 64;

/** Two servers restarted in turn, as a deployment does it, under a client that knows both. */
export const rollingTcp: Proof = createRolling("tcp", "rolling");
/** The same over ZeroMQ. */
export const rollingZmq: Proof = createRolling("zmq", "rolling-zmq");

function createRolling(scheme: Scheme, name: string): Proof {
  return {
    name,
    what: `two servers restarted in turn under load: no call fails, none is in doubt (over ${scheme})`,
    onRequest: scheme !== "tcp",
    run: (size) => roll(scheme, size),
  };
}

async function roll(scheme: Scheme, size: Size): Promise<Findings> {
  const { restarts } = sizes[size];
  const journal = new Journal();
  const start = (port: number) =>
    Child.start<string>("desk-server", { scheme, port, journal: journal.path } satisfies DeskServerOptions);
  const servers = [await start(0), await start(0)];
  const urls = servers.map(({ answer }) => answer);
  const client = await connect(urls, { transports: [createTransport(scheme)] });
  const desk = client.service<Remote<Desk>>("Desk");
  const listener = new Listener();
  await listener.listen(desk);
  const load = new Load(desk, inFlight);
  try {
    for (let restart = 0; restart < restarts; restart++) {
      const before = load.succeeded;
      await waitUntil(
        "calls and events after a restart",
        () => load.succeeded > before + 50 && listener.heard,
      );
      listener.mark();
      const turn = restart % 2;
      await servers[turn]!.child.ask("close", 2_000);
      await servers[turn]!.child.end();
      servers[turn] = await start(portOf(urls[turn]!));
    }
    await load.stop();
    const judged = judge(load.ended, journal.read());
    const failed = load.ended.filter(({ error }) => error !== undefined);
    return {
      tried: `${restarts} restarts, ${load.ended.length.toLocaleString("en")} calls`,
      figures: [
        ...judged.figures,
        none("unsettled", load.made - load.ended.length),
        none("wrong answers", load.wrong.length),
        none("failed idempotent calls", failed.filter(({ idempotent }) => idempotent).length),
        none("failed other calls", failed.filter(({ idempotent }) => !idempotent).length),
        none("unknown", failed.filter(({ error }) => error?.outcome === "unknown").length),
        { name: "ms the slowest call took", value: load.slowestMs },
      ],
      notes: [...judged.notes, ...load.wrong, ...describeFailures(load.ended)],
    };
  } finally {
    await client.close();
    await Promise.all(servers.map(({ child }) => child.end()));
    journal.remove();
  }
}
