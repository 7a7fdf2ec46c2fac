/** What a call costs beside the raw socket: `npx pnpm@12 bench [--quick] [--json file]`. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { Measurement, pinned, type Round } from "./measurement.js";
import { peers } from "./peers.js";

const inFlightCases = [1, 10, 100, 1000];

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, json: { type: "string" } },
});
const rounds = values.quick ? 5 : 15;
const callsPerRound = values.quick ? 3_000 : 10_000;

const measurements: Measurement[] = [];
for (const peer of peers) measurements.push(await Measurement.start(peer));

console.log(
  `${cpus()[0]?.model ?? "unknown CPU"} × ${cpus().length}, Node ${process.version}, ${process.platform}`,
);
console.log(
  `changeName("Alex") → "Alex", one connection, loopback, server and client in their own processes${pinned ? ", both on one core" : ""}`,
);
console.log(`${rounds} rounds in turn; medians; ratios to ${peers[0]!.name} taken inside a round\n`);

const cases: Record<string, Record<string, Figures>> = {};
for (const inFlight of inFlightCases) {
  const figures = await measure(inFlight);
  cases[`unary-${inFlight}`] = figures;
  print(inFlight, figures);
}
for (const measurement of measurements) await measurement.close();
if (values.json !== undefined) {
  writeFileSync(
    values.json,
    `${JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, pinned, rounds, cases }, null, 2)}\n`,
  );
}

interface Figures {
  readonly cpuUsPerCall: number;
  readonly callsPerSecond: number;
  readonly cpuRatio: number;
  readonly rateRatio: number;
}

async function measure(inFlight: number): Promise<Record<string, Figures>> {
  // One call at a time is slow, and its cost steady: fewer do.
  const calls = inFlight === 1 ? callsPerRound / 5 : callsPerRound;
  const results = new Map<Measurement, Round[]>(measurements.map((measurement) => [measurement, []]));
  for (const measurement of measurements) await measurement.round(calls, inFlight);
  for (let round = 0; round < rounds; round++) {
    // The order turns round by round, so that none is always measured after the same neighbour.
    const order = round % 2 === 0 ? measurements : [...measurements].reverse();
    for (const measurement of order) results.get(measurement)!.push(await measurement.round(calls, inFlight));
  }
  const base = results.get(measurements[0]!)!;
  return Object.fromEntries(
    [...results].map(([{ peer }, ofPeer]) => [
      peer.name,
      {
        cpuUsPerCall: median(ofPeer.map((round) => round.cpuUsPerCall)),
        callsPerSecond: median(ofPeer.map((round) => round.callsPerSecond)),
        cpuRatio: median(ofPeer.map((round, index) => round.cpuUsPerCall / base[index]!.cpuUsPerCall)),
        rateRatio: median(ofPeer.map((round, index) => round.callsPerSecond / base[index]!.callsPerSecond)),
      },
    ]),
  );
}

function print(inFlight: number, figures: Record<string, Figures>): void {
  const title = `${inFlight} in flight`.padEnd(18);
  console.log(`${title}CPU µs a call   × base     calls/s   × base`);
  for (const [name, { cpuUsPerCall, cpuRatio, callsPerSecond, rateRatio }] of Object.entries(figures)) {
    const cells = [
      cpuUsPerCall.toFixed(1).padStart(13),
      cpuRatio.toFixed(2).padStart(9),
      Math.round(callsPerSecond).toString().padStart(12),
      rateRatio.toFixed(2).padStart(9),
    ];
    console.log(`  ${name.padEnd(16)}${cells.join("")}`);
  }
  console.log();
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
