import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { findCases } from "../src/cases.js";
import { summarize } from "../src/figures.js";
import { fillIn } from "../src/pages.js";
import { allPeers } from "../src/peers.js";
import { plot } from "../src/plot.js";
import type { Report } from "../src/report.js";
import { measureCase } from "../src/rounds.js";
import { readWishes } from "../src/wishes.js";

it("finds cases by name, and by the beginning of several", () => {
  expect(findCases(["unary-1"]).map(({ name }) => name)).toEqual(["unary-1"]);
  expect(findCases(["unary"]).map(({ name }) => name)).toEqual([
    "unary-1",
    "unary-10",
    "unary-100",
    "unary-1000",
  ]);
  expect(() => findCases(["unari"])).toThrow("unknown case unari; known are unary-1,");
});

it("takes ratios inside a round, so that a slow moment of the machine counts for nothing", () => {
  const round = (cpuUs: number, perSecond: number) => ({ cpuUs, perSecond, p50Us: undefined });
  const base = [round(10, 100), round(40, 25), round(10, 100)];
  const peer = [round(5, 200), round(20, 50), round(6, 180)];
  expect(summarize(peer, base)).toEqual({
    cpuUs: 6,
    leastCpuUs: 5,
    perSecond: 180,
    cpuRatio: 0.5,
    rateRatio: 2,
  });
});

it("measures the others when one fails, and tells which and why; without the base there is nothing to compare", async () => {
  const [asked] = findCases(["unary-100"]);
  const create = (peer: string, failsIn = Number.POSITIVE_INFINITY) => {
    let ran = 0;
    return {
      peer,
      takesPart: () => true,
      prepare: async () => {},
      async round() {
        ran += 1;
        if (ran === failsIn) throw new Error(`${peer} gave a wrong answer`);
        return { cpuUs: 2, perSecond: 5, p50Us: undefined };
      },
    };
  };
  const effort = { rounds: 3, roundMs: 1 };
  const [base, bad, good] = [create("raw-net"), create("bad", 2), create("good")] as const;
  const { figures, failed } = await measureCase(asked!, [base, bad, good], effort);
  expect([...figures.keys()]).toEqual(["raw-net", "good"]);
  expect([...failed].map(([{ peer }, { message }]) => [peer, message])).toEqual([
    ["bad", "bad gave a wrong answer"],
  ]);
  await expect(measureCase(asked!, [create("raw-net", 3), good], effort)).rejects.toThrow(
    "raw-net gave a wrong answer",
  );
});

it("reads what is wanted from the command line", () => {
  expect(readWishes(["--cases", "idle", "--quick"])).toMatchObject({ cases: [], quick: true });
  expect(readWishes(["--peers", "all,promises,tcp"])?.peers).toEqual([
    ...allPeers,
    "tcp-no-resume",
    "tcp-no-scan",
    "tcp-no-validation",
    "tcp-no-history",
  ]);
  const everything = readWishes(["--quick", "--cases", "all"]);
  expect([...everything!.special]).toEqual(["idle", "start-up", "bundle"]);
  expect(everything!.cases.map(({ name }) => name)).not.toContain("connections-10000");
  expect(() => readWishes(["--peers", "grcp"])).toThrow(
    "unknown peer grcp; known are all, promises, raw-net,",
  );
});

it("measures, checks and writes down", () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const json = join(folder, "figures.json");
  const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
  const args = [main, "--quick", "--peers", "memory", "--cases", "unary-100,stream", "--json", json];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const report = JSON.parse(readFileSync(json, "utf8")) as Report;
  for (const name of ["unary-100", "stream"]) {
    expect(report.cases[name]?.["raw-net"]).toMatchObject({ cpuRatio: 1, rateRatio: 1 });
    expect(report.cases[name]?.["memory"]?.cpuRatio).toBeGreaterThan(0);
  }
  expect(plot(report)).toContain("unary-100");
  rmSync(folder, { recursive: true });
});

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

it("shows in README and docs what docs/performance.json says: npx pnpm@12 bench:show writes it", () => {
  const report = JSON.parse(read("docs/performance.json")) as Report;
  for (const page of ["README.md", "docs/performance.md"]) {
    const text = read(page);
    expect(text).toContain("<!-- bench:");
    expect(fillIn(text, report), `${page} is not as the figures are: run npx pnpm@12 bench:show`).toBe(text);
  }
  expect(() => fillIn("<!-- bench:pears -->\n<!-- /bench -->", report)).toThrow(
    "no table pears; known are run, peers, targets, promises, connections",
  );
});
