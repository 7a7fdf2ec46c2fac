import { setTimeout as sleep } from "node:timers/promises";
import { connect, type Remote } from "@rpc/core";
import { Child } from "../child.js";
import { type Desk, topics } from "../desk.js";
import { Journal, judge } from "../journal.js";
import { Listener } from "../listener.js";
import { Load } from "../load.js";
import type { DeskServerOptions, DeskState } from "../programs/desk-server.js";
import { type Findings, none, type Proof, type Size, some } from "../proof.js";
import { createTransport, portOf, type Scheme } from "../transports.js";
import { waitUntil } from "../wait-until.js";

const sizes = { short: { kills: 6 }, full: { kills: 100 } };
const inFlight = 64;
const events = 2;

/** A server that is killed under load, again and again, and started anew at its address. */
export const killsTcp: Proof = createKills("tcp", "kills");
/** The same over ZeroMQ. */
export const killsZmq: Proof = createKills("zmq", "kills-zmq");

function createKills(scheme: Scheme, name: string): Proof {
  return {
    name,
    what: `a server killed with SIGKILL under load and restarted: outcomes are true, subscriptions come back (over ${scheme})`,
    onRequest: scheme !== "tcp",
    run: (size) => kill(scheme, size),
  };
}

async function kill(scheme: Scheme, size: Size): Promise<Findings> {
  const { kills } = sizes[size];
  const journal = new Journal();
  const start = (options: Pick<DeskServerOptions, "port" | "quiet">) =>
    Child.start<string>("desk-server", { scheme, ...options, journal: journal.path });
  let server = await start({ port: 0, quiet: true });
  const url = server.answer;
  const client = await connect(url, { transports: [createTransport(scheme)] });
  const desk = client.service<Remote<Desk>>("Desk");
  const listener = new Listener();
  await listener.listen(desk);
  await server.child.ask("tick");
  const load = new Load(desk, inFlight);
  try {
    for (let killed = 0; killed < kills; killed++) {
      const before = load.succeeded;
      await waitUntil(
        "calls and events after a restart",
        () => load.succeeded > before + 50 && listener.heard,
      );
      await sleep(Math.random() * 20);
      await server.child.kill();
      listener.mark();
      server = await start({ port: portOf(url) });
    }
    await waitUntil("events after the last restart", () => listener.heard);
    await load.stop();
    await server.child.ask("quiet");
    const { published, subscriptions } = await server.child.ask<DeskState>("state");
    let missing: readonly string[] = [];
    const complete = () => {
      missing = listener.compare(new Map(published));
      return missing.length === 0;
    };
    await waitUntil("all events", complete, 5_000).catch(() => {});
    const judged = judge(load.ended, journal.read());
    const outcomes = load.ended.flatMap(({ error }) => error?.outcome ?? []);
    const perKill = topics.length * events;
    return {
      tried: `${kills} kills, ${load.ended.length.toLocaleString("en")} calls`,
      figures: [
        ...judged.figures,
        none("unsettled", load.made - load.ended.length),
        none("wrong answers", load.wrong.length),
        some("unknown", outcomes.filter((outcome) => outcome === "unknown").length),
        none("failed calls told executed", outcomes.filter((outcome) => outcome === "executed").length),
        { name: "subscriptions", value: subscriptions, atLeast: events, atMost: events },
        none("events missed or doubled in silence", missing.length),
        {
          name: "gaps a topic and restart",
          value: listener.gaps("epoch-changed") / kills / perKill,
          atLeast: 1,
          atMost: 1,
        },
      ],
      notes: [...judged.notes, ...missing, ...load.wrong],
    };
  } finally {
    await client.close();
    await server.child.end();
    journal.remove();
  }
}
