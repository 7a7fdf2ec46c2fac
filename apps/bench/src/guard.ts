/**
 * Tells when calls have become dearer: CPU as a ratio to raw-net in the same run, beside what is written down in
 * `baseline.json`: `npx pnpm@12 bench:guard [--update]`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findCases } from "./cases.js";
import { basePeer } from "./peers.js";
import { formatTable } from "./report.js";
import { measureCases } from "./run.js";

const file = fileURLToPath(new URL("../baseline.json", import.meta.url));

/** Ratios of CPU may grow by this much: two runs of one build differ by less on a machine that is not busy. */
const slack = 0.25;

/** CPU ratios by case, then by peer. */
type Baseline = Record<string, Record<string, number>>;

// Few in flight over ZeroMQ are no case for it: its threads take turns on the one core as they like.
const update = process.argv.includes("--update");
const found = await measureCases({
  peers: [basePeer, "tcp", "zmq"],
  cases: findCases(["unary-100", "object-1k", "stream", "fan-out-8"]),
  effort: { rounds: 9, roundMs: 250 },
  measured: ({ name }) => console.log(`measured ${name}`),
});
const ratios: Baseline = Object.fromEntries(
  Object.entries(found).map(([name, figures]) => [
    name,
    Object.fromEntries(
      Object.entries(figures)
        .filter(([peer]) => peer !== basePeer)
        .map(([peer, { cpuRatio }]) => [peer, Number(cpuRatio.toFixed(3))]),
    ),
  ]),
);
if (update) writeFileSync(file, `${JSON.stringify(ratios, null, 2)}\n`);
else compare(ratios, JSON.parse(readFileSync(file, "utf8")) as Baseline);

function compare(now: Baseline, before: Baseline): void {
  const rows: string[][] = [];
  let grown = 0;
  for (const [name, peers] of Object.entries(before)) {
    for (const [peer, was] of Object.entries(peers)) {
      const is = now[name]?.[peer] ?? Number.NaN;
      // What was not measured has not been shown to be good.
      const fine = is <= was * (1 + slack);
      if (!fine) grown += 1;
      rows.push([`${name} ${peer}`, was.toFixed(3), is.toFixed(3), fine ? "" : "GROWN"]);
    }
  }
  console.log(`\nCPU × raw-net, with ${slack * 100} % of slack`);
  console.log(formatTable([["", "before", "now", ""], ...rows]));
  if (grown === 0) return;
  console.log(
    "Run it again when the machine has nothing else to do; if it stays, find what became dearer, or --update.",
  );
  process.exitCode = 1;
}
