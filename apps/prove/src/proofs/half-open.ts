import { setTimeout as sleep } from "node:timers/promises";
import { connect, type Remote } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { Child } from "../child.js";
import type { Desk } from "../desk.js";
import { type Direction, TcpProxy } from "../faults/tcp-proxy.js";
import { Journal, judge } from "../journal.js";
import { describeFailures, Load } from "../load.js";
import type { DeskServerOptions, DeskState } from "../programs/desk-server.js";
import { type Figure, none, type Proof, some } from "../proof.js";
import { portOf } from "../transports.js";
import { waitUntil } from "../wait-until.js";

const sizes = { short: { heartbeatMs: 300 }, full: { heartbeatMs: 5_000 } };
/**
 * A look each interval, the last of which finds that three have passed; and a second for a busy machine. With the
 * default of 5 s that is 21 s.
 */
const noticedMs = (heartbeatMs: number) => 4 * heartbeatMs + 1_000;
const silences: readonly (readonly Direction[])[] = [["toServer", "toClient"], ["toServer"], ["toClient"]];
const timeoutMs = 2_000;

/** Links that go silent without an end: a cable pulled, a firewall that forgot the connection. */
export const halfOpen: Proof = {
  name: "half-open",
  what: "links that go silent both ways or one way: both sides notice, every call settles",
  async run(size) {
    const { heartbeatMs } = sizes[size];
    const limits = { heartbeatMs };
    const journal = new Journal();
    const server = await Child.start<string>("desk-server", {
      port: 0,
      journal: journal.path,
      limits,
    } satisfies DeskServerOptions);
    try {
      const figures: Figure[] = [];
      const notes: string[] = [];
      const atMost = noticedMs(heartbeatMs);
      for (const silence of silences) {
        const found = await goSilent(server, silence, heartbeatMs, journal);
        const called =
          silence.length === 2 ? "both ways" : silence[0] === "toServer" ? "to the server" : "to the client";
        figures.push({
          name: `ms until the client knew, silent ${called}`,
          value: Math.round(found.clientMs),
          atMost,
        });
        figures.push({
          name: `ms until the server knew, silent ${called}`,
          value: Math.round(found.serverMs),
          atMost,
        });
        figures.push(...found.figures);
        notes.push(...found.notes);
      }
      return {
        tried: `silence both ways and one way, heartbeatMs ${heartbeatMs}`,
        figures: sum(figures),
        notes,
      };
    } finally {
      await server.child.end();
      journal.remove();
    }
  },
};

interface Found {
  readonly clientMs: number;
  readonly serverMs: number;
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
}

async function goSilent(
  server: { readonly child: Child; readonly answer: string },
  silence: readonly Direction[],
  heartbeatMs: number,
  journal: Journal,
): Promise<Found> {
  const limits = { heartbeatMs };
  const proxy = await TcpProxy.to(portOf(server.answer));
  const client = await connect(`tcp://127.0.0.1:${proxy.port}`, {
    transports: [tcp()],
    timeoutMs,
    connectTimeoutMs: heartbeatMs,
    limits,
  });
  const load = new Load(client.service<Remote<Desk>>("Desk"), 8, `silent-${silence.join("-")} `);
  try {
    await waitUntil("calls", () => load.succeeded > 100);
    const silentAt = performance.now();
    proxy.silence(...silence);
    const knew = { client: Number.NaN, server: Number.NaN };
    const waiting = 2 * noticedMs(heartbeatMs);
    const clientKnows = waitUntil("the client to notice", () => client.state !== "online", waiting).then(
      () => {
        knew.client = performance.now() - silentAt;
      },
    );
    const serverKnows = waitUntil(
      "the server to notice",
      async () => (await server.child.ask<DeskState>("state")).attached === 0,
      waiting,
    ).then(() => {
      knew.server = performance.now() - silentAt;
    });
    await Promise.allSettled([clientKnows, serverKnows]);
    // Whoever waits for an answer hears in time that none came, while the link is still silent.
    await sleep(timeoutMs + 100);
    const made = load.made;
    proxy.speak();
    const before = load.succeeded;
    await waitUntil("calls after the silence", () => load.succeeded > before + 100);
    await load.stop();
    const { figures, notes } = judge(load.ended, journal.read());
    const late = load.ended.filter(({ tookMs }) => tookMs > timeoutMs + 1_000);
    const typed = load.ended.filter(({ error }) => error?.code === "deadline_exceeded");
    return {
      clientMs: knew.client,
      serverMs: knew.server,
      figures: [
        ...figures,
        none("unsettled", load.made - load.ended.length),
        none("settled late", late.length),
        none("wrong answers", load.wrong.length),
        some("told deadline_exceeded", made > 0 ? typed.length : 0),
      ],
      notes: [...notes, ...load.wrong, ...describeFailures(late)],
    };
  } finally {
    await client.close();
    await proxy.close();
  }
}

/** Adds up figures of one name. */
function sum(figures: readonly Figure[]): readonly Figure[] {
  const byName = new Map<string, Figure>();
  for (const figure of figures)
    byName.set(figure.name, { ...figure, value: figure.value + (byName.get(figure.name)?.value ?? 0) });
  return [...byName.values()];
}
