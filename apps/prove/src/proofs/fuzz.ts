import { setTimeout as sleep } from "node:timers/promises";
import { connect, type Remote } from "@rpc/core";
import { Child } from "../child.js";
import { type Carrier, carrierNames, createCarrier } from "../fuzz/carriers.js";
import type { Everything } from "../fuzz/everything.js";
import { type DecoderFuzz, slowMs } from "../fuzz/fuzz-decoder.js";
import { sendHostileClients } from "../fuzz/hostile-clients.js";
import type { LiveFuzz } from "../fuzz/live-fuzz.js";
import { recordSession } from "../fuzz/recording.js";
import type { AttackedState } from "../programs/attacked-server.js";
import type { FuzzedProcess } from "../programs/fuzzer.js";
import { none, type Proof } from "../proof.js";

const sizes = {
  short: { decoded: 100_000, toServers: 15_000, toClients: 6_000 },
  full: { decoded: 10_000_000, toServers: 1_000_000, toClients: 200_000 },
};
// The same in every run, so that a finding is one again; a seed of its own shows it alone.
const seed = 20_261_122;
/** Most that the memory of a process may grow, in MiB. */
const mostGrownMiB = 64;

/** Recorded sessions, changed by somebody who knows how they are made, both ways on every transport. */
export const fuzz: Proof = {
  name: "fuzz",
  what: "recorded sessions, mutated frame by frame, from hostile clients and hostile servers on every transport",
  async run(size) {
    const { decoded, toServers, toClients } = sizes[size];
    const { child: fuzzer } = await Child.start<void>("fuzzer", {});
    // A first part, so that what is compiled and cached is not taken for growth.
    await fuzzer.ask<DecoderFuzz>("decode", { frames: decoded / 20, seed: seed - decoded });
    const before = await fuzzer.ask<FuzzedProcess>("state");
    const decoding = await fuzzer.ask<DecoderFuzz>("decode", { frames: decoded, seed });
    const live: LiveFuzz[] = [];
    for (const carrier of carrierNames) {
      const frames = toClients / carrierNames.length;
      live.push(await fuzzer.ask<LiveFuzz>("hostileServer", { carrier, frames, seed }));
    }
    const after = await fuzzer.ask<FuzzedProcess>("state");
    await fuzzer.end();
    const server = await fuzzServer(toServers);
    const fuzzes = [...live, ...server.live];
    const findings = [...decoding.findings, ...fuzzes.flatMap((one) => one.findings), ...after.unhandled];
    return {
      tried:
        `${decoding.frames.toLocaleString("en")} frames decoded, ` +
        `${sum(server.live).toLocaleString("en")} to live servers, ${sum(live).toLocaleString("en")} to live clients`,
      figures: [
        none("findings", findings.length),
        none("rejections or exceptions nobody handled", server.unhandled + after.unhandled.length),
        { name: "ms for the slowest packet", value: decoding.slowestMs, atMost: slowMs },
        { name: "values read alike by @msgpack/msgpack", value: decoding.compared, atLeast: decoded / 10 },
        { name: "MiB grown", value: (after.rssBytes - before.rssBytes) / 2 ** 20, atMost: mostGrownMiB },
        { name: "MiB grown by the server", value: server.grownMiB, atMost: mostGrownMiB },
      ],
      notes: findings,
    };
  },
};

interface ServerFuzz {
  readonly live: readonly LiveFuzz[];
  readonly grownMiB: number;
  readonly unhandled: number;
}

async function fuzzServer(frames: number): Promise<ServerFuzz> {
  // Memory reaches only its own process; the tests of core have it.
  const carriers = carrierNames.filter((name) => name !== "memory").map(createCarrier);
  const { child, answer: urls } = await Child.start<string[]>("attacked-server", {
    bare: false,
    listen: carriers.map(({ url }) => url),
    limits: { sessionRetentionMs: 200, maxSessions: 10_000 },
  });
  const recorded = await recordSession();
  const send = (carrier: Carrier, index: number, share: number, from: number) =>
    sendHostileClients({
      transport: carrier.transport,
      url: urls[index]!,
      recorded,
      frames: (frames * share) / carriers.length,
      seed: from,
    });
  for (const [index, carrier] of carriers.entries()) await send(carrier, index, 0.1, seed - frames);
  const before = await child.ask<AttackedState>("memory");
  const live: LiveFuzz[] = [];
  for (const [index, carrier] of carriers.entries()) {
    const fuzzed = await send(carrier, index, 1, seed);
    live.push(await stillThere(carrier, urls[index]!, fuzzed));
  }
  const after = await child.ask<AttackedState>("memory");
  await child.end();
  return { live, grownMiB: (after.rssBytes - before.rssBytes) / 2 ** 20, unhandled: after.unhandled };
}

/** Whether somebody else is served as before. */
async function stillThere(carrier: Carrier, url: string, fuzzed: LiveFuzz): Promise<LiveFuzz> {
  try {
    const client = await connect(url, { transports: [carrier.transport] });
    const answer = client.service<Remote<Everything>>("Everything").echo("still there");
    const same = (await Promise.race([answer, sleep(5_000)])) === "still there";
    await client.close();
    if (same) return fuzzed;
    return { ...fuzzed, findings: [...fuzzed.findings, `${carrier.name}: another answer`] };
  } catch (error) {
    return { ...fuzzed, findings: [...fuzzed.findings, `${carrier.name}: ${(error as Error).message}`] };
  }
}

function sum(fuzzes: readonly LiveFuzz[]): number {
  return fuzzes.reduce((frames, one) => frames + one.frames, 0);
}
