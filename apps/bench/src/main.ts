/**
 * What calls, streams and events cost beside the raw socket and beside others:
 * `npx pnpm@12 bench [--peers tcp,grpc] [--cases unary,stream] [--quick] [--json file] [--plot file.svg]`.
 */
import { writeFileSync } from "node:fs";
import { measureBundles } from "./bundle.js";
import { pinned } from "./half-process.js";
import { type IdleFigures, measureIdle } from "./idle.js";
import { lackOfFiles } from "./open-files.js";
import { installOutside } from "./outside.js";
import { basePeer } from "./peers.js";
import { plot } from "./plot.js";
import { describeMachine, describeRun, formatCase, formatTable, type Report } from "./report.js";
import type { Effort } from "./rounds.js";
import { leaveOut, measureCases } from "./run.js";
import { measureStartUp, type StartUpFigures } from "./start-up.js";
import { readWishes } from "./wishes.js";

/** Peers with a connection for each client: ZeroMQ's are its own business, and memory has none. */
const idlePeers = new Set(["raw-net", "tcp", "unix", "ws"]);

const wishes = readWishes(process.argv.slice(2));
if (wishes === undefined) process.exit(0);
const effort: Effort = wishes.quick ? { rounds: 5, roundMs: 100 } : { rounds: 15, roundMs: 400 };
const peers = installOutside([basePeer, ...wishes.peers.filter((peer) => peer !== basePeer)]);

console.log(describeRun(effort.rounds));
const report: { -readonly [Name in keyof Report]: Report[Name] } = {
  at: new Date().toISOString(),
  machine: describeMachine(),
  node: process.version,
  pinned,
  rounds: effort.rounds,
  cases: await measureCases({
    peers,
    cases: wishes.cases,
    effort,
    measured: (asked, figures) => console.log(formatCase(asked, figures)),
  }),
};
if (wishes.special.has("idle")) report.idle = await measureAllIdle();
if (wishes.special.has("start-up")) report.startUp = await measureAllStartUps();
if (wishes.special.has("bundle")) report.bundle = await showBundle();

if (wishes.json !== undefined) writeFileSync(wishes.json, `${JSON.stringify(report, null, 2)}\n`);
if (wishes.plot !== undefined) writeFileSync(wishes.plot, plot(report));

async function measureAllIdle(): Promise<Record<string, IdleFigures>> {
  // 10,000 connections are 10,000 files in each process.
  const counts = wishes!.quick ? ([1_000, 5_000] as const) : ([1_000, 10_000] as const);
  const lack = lackOfFiles(counts[1]);
  const found: Record<string, IdleFigures> = {};
  for (const peer of lack === undefined ? peers.filter((each) => idlePeers.has(each)) : []) {
    await attempt(`idle connections of ${peer}`, async () => {
      found[peer] = await measureIdle(peer, counts);
    });
  }
  if (lack !== undefined) {
    leaveOut("idle", new Error(lack));
    return found;
  }
  const rows = Object.entries(found).map(([peer, { bytesPerConnection }]) => [
    peer,
    (bytesPerConnection / 1_024).toFixed(1),
  ]);
  console.log(`idle: the server's memory for each connection, from ${counts[0]} to ${counts[1]}`);
  console.log(formatTable([["", "KiB"], ...rows]));
  return found;
}

// What fails for one is measured for the others all the same.
async function attempt(what: string, measure: () => Promise<void>): Promise<void> {
  try {
    await measure();
  } catch (error) {
    leaveOut(what, error as Error);
  }
}

async function measureAllStartUps(): Promise<Record<string, StartUpFigures>> {
  const found: Record<string, StartUpFigures> = {};
  for (const peer of peers) {
    await attempt(`the start of ${peer}`, async () => {
      found[peer] = await measureStartUp(peer, wishes!.quick ? 3 : 9);
    });
  }
  const rows = Object.entries(found).map(([peer, { serverCpuMs, clientCpuMs }]) => [
    peer,
    serverCpuMs.toFixed(0),
    clientCpuMs.toFixed(0),
  ]);
  console.log(
    "start-up: CPU ms without Node's own start; server until it listens, client until its first answer",
  );
  console.log(formatTable([["", "server", "client"], ...rows]));
  return found;
}

async function showBundle(): Promise<NonNullable<Report["bundle"]>> {
  const found = await measureBundles();
  const inKiB = (bytes: number) => (bytes / 1_024).toFixed(1);
  const rows = Object.entries(found).map(([page, { minifiedBytes, gzipBytes }]) => [
    page,
    inKiB(minifiedBytes),
    inKiB(gzipBytes),
  ]);
  console.log(
    "bundle: connect of @rpc/core/browser with the WebSocket transport, for a page with calls only and for one with everything",
  );
  console.log(formatTable([["", "KiB minified", "KiB gzip"], ...rows]));
  return found;
}
