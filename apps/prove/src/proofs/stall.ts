import { Child } from "../child.js";
import { Journal } from "../journal.js";
import type { DeskClientOptions, DeskReport, Heard } from "../programs/desk-client.js";
import type { DeskServerOptions, DeskState } from "../programs/desk-server.js";
import { type Figure, type Findings, none, type Proof, type Size } from "../proof.js";
import { waitUntil } from "../wait-until.js";

const sizes = {
  short: { heartbeatMs: 750, stallMs: 3_000 },
  full: { heartbeatMs: 5_000, stallMs: 20_000 },
};
const sides = ["server", "client"] as const;

/** An event loop that stands still for longer than a silent peer is given: a long computation, a suspended machine. */
export const stall: Proof = {
  name: "stall",
  what: "the event loop of either side stands still for longer than heartbeats allow: nothing is lost",
  async run(size) {
    const found = [];
    for (const side of sides) found.push(await standStill(side, size));
    return {
      tried: `${sizes[size].stallMs} ms at the server, then at the client, heartbeatMs ${sizes[size].heartbeatMs}`,
      figures: found.flatMap(({ figures }) => figures),
      notes: found.flatMap(({ notes = [] }) => notes),
    };
  },
};

async function standStill(side: (typeof sides)[number], size: Size): Promise<Omit<Findings, "tried">> {
  const { heartbeatMs, stallMs } = sizes[size];
  const limits = { heartbeatMs };
  const journal = new Journal();
  const { child: server, answer: url } = await Child.start<string>("desk-server", {
    port: 0,
    journal: journal.path,
    quiet: true,
    // What is told meanwhile fits the queue of a subscription: a consumer that stands still for more is told a gap.
    tickMs: stallMs / 200,
    limits,
  } satisfies DeskServerOptions);
  const { child: client } = await Child.start("desk-client", {
    url,
    inFlight: 16,
    timeoutMs: 60_000,
    limits,
  } satisfies DeskClientOptions);
  try {
    await server.ask("tick");
    const more = async () => {
      const before = await client.ask<number>("succeeded");
      await waitUntil("calls", async () => (await client.ask<number>("succeeded")) > before + 100);
    };
    await more();
    await (side === "server" ? server : client).ask("stall", stallMs);
    await more();
    await Promise.all([client.ask("stop"), server.ask("quiet")]);
    const { published, subscriptions } = await server.ask<DeskState>("state");
    const heard: Heard = { ran: [...journal.read()], published };
    let report = await client.ask<DeskReport>("report", heard);
    const told = async () => {
      report = await client.ask<DeskReport>("report", heard);
      return report.missing.length === 0;
    };
    await waitUntil("all events", told, 5_000).catch(() => {});
    return {
      figures: compare(side, report, subscriptions),
      notes: [...report.failed, ...report.wrong, ...report.missing],
    };
  } finally {
    await Promise.all([client.end(), server.end()]);
    journal.remove();
  }
}

function compare(side: string, report: DeskReport, subscriptions: number): readonly Figure[] {
  const { judged, unsettled, failed, wrong, gaps, missing, resumes, resets } = report;
  const untrue = judged.reduce((sum, { value }) => sum + value, 0);
  return [
    { name: `resumes (${side} stalled)`, value: resumes, atMost: 1 },
    none("resets", resets),
    none("gaps", gaps),
    none("events lost or doubled", missing.length),
    none("calls lost, doubled or failed", unsettled + untrue + failed.length + wrong.length),
    { name: "subscriptions", value: subscriptions, atLeast: 2, atMost: 2 },
  ];
}
