import { setTimeout as sleep } from "node:timers/promises";
import { type Client, connect, type Remote } from "@rpc/core";
import { tcp } from "@rpc/transport-tcp";
import { Child } from "../child.js";
import type { Desk } from "../desk.js";
import { Footprint, type Sample, takeSample } from "../footprint.js";
import type { DeskServerOptions } from "../programs/desk-server.js";
import { type Figure, none, type Proof, some } from "../proof.js";
import { waitUntil } from "../wait-until.js";

const sizes = { short: { seconds: 30 }, full: { seconds: 1_800 } };
const connectsPerSecond = 10;
const workers = 8;

/** A long run of everything: what it costs must not grow, and nothing may be left behind. */
export const soak: Proof = {
  name: "soak",
  what: "mixed load for half an hour with 10 connects a second: memory flat, no handle or timer left",
  onRequest: true,
  async run(size) {
    const { seconds } = sizes[size];
    const { child: server, answer: url } = await Child.start<string>("desk-server", {
      port: 0,
      journal: "/dev/null",
    } satisfies DeskServerOptions);
    const calls = new Calls();
    try {
      const before = { client: takeSample(), server: await server.ask<Sample>("sample") };
      const client = await connect(url, { transports: [tcp()] });
      const desk = client.service<Remote<Desk>>("Desk");
      const until = performance.now() + seconds * 1_000;
      const footprints = { client: new Footprint(), server: new Footprint() };
      const look = async () => {
        while (performance.now() < until) {
          footprints.client.add(takeSample());
          footprints.server.add(await server.ask<Sample>("sample"));
          await sleep((seconds * 1_000) / 60);
        }
      };
      const work = async () => {
        while (performance.now() < until) {
          await calls.make(desk);
          await sleep(2);
        }
      };
      await desk.ticks.subscribe("", () => calls.hear());
      await Promise.all([look(), ...Array.from({ length: workers }, work), comeAndGo(url, until, calls)]);
      await client.close();
      const after = { client: takeSample(), server: await server.ask<Sample>("sample") };
      // Sockets that were closed take a moment to be gone.
      await waitUntil(
        "handles back to the start",
        async () => {
          after.client = takeSample();
          after.server = await server.ask<Sample>("sample");
          return (
            after.client.resources <= before.client.resources &&
            after.server.resources <= before.server.resources
          );
        },
        5_000,
      ).catch(() => {});
      return {
        tried: `${seconds} s, ${calls.made.toLocaleString("en")} calls, ${calls.heard.toLocaleString("en")} events, ${calls.connects.toLocaleString("en")} connects`,
        figures: [
          none("failed", calls.failures.length),
          some("connects", calls.connects),
          ...(["client", "server"] as const).flatMap((side): Figure[] => [
            { name: `MiB the ${side} grew`, value: footprints[side].grownMiB, atMost: 16 },
            {
              name: `handles and timers left at the ${side}`,
              value: after[side].resources - before[side].resources,
              atMost: 0,
            },
          ]),
        ],
        notes: [
          ...calls.failures,
          ...(["client", "server"] as const).map(
            (side) => `${side}: ${after[side].kinds} (before: ${before[side].kinds})`,
          ),
        ],
      };
    } finally {
      await server.end();
    }
  },
};

class Calls {
  made = 0;
  heard = 0;
  connects = 0;
  readonly failures: string[] = [];

  async make(desk: Remote<Desk>): Promise<void> {
    this.made += 1;
    const key = `call ${this.made}`;
    const call = this.made % 2 === 0 ? desk.look(key, this.made % 5) : desk.place(key, 0);
    await call.catch((error: Error) => this.failures.push(`${key}: ${error.message}`));
  }

  hear(): void {
    this.heard += 1;
  }
}

/** Clients that come, call, subscribe and go. */
async function comeAndGo(url: string, until: number, calls: Calls): Promise<void> {
  const under: Promise<void>[] = [];
  while (performance.now() < until) {
    const visit = async () => {
      const client: Client = await connect(url, { transports: [tcp()] });
      calls.connects += 1;
      const desk = client.service<Remote<Desk>>("Desk");
      await desk.trades.subscribe("fx", () => calls.hear());
      await calls.make(desk);
      await client.close();
    };
    under.push(visit().catch((error: Error) => void calls.failures.push(`connect: ${error.message}`)));
    await sleep(1_000 / connectsPerSecond);
    if (under.length >= 100) await Promise.all(under.splice(0));
  }
  await Promise.all(under);
}
