import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { none, type Proof, some } from "../src/proof.js";
import { runProofs } from "../src/run-proofs.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

function proof(run: Proof["run"]): Proof {
  return { name: "ships", what: "ships in a storm", run };
}

async function run(proofs: readonly Proof[]) {
  const lines: string[] = [];
  const results = await runProofs(proofs, "short", (line) => lines.push(line));
  return { lines, results };
}

describe("runProofs", () => {
  it("says that a proof holds when every figure is what it must be", async () => {
    const { lines, results } = await run([
      proof(async () => ({ tried: "1,000 ships", figures: [none("sunk", 0), some("storms", 3)] })),
    ]);
    expect(results).toMatchObject([{ name: "ships", holds: true, size: "short" }]);
    expect(lines).toEqual([
      expect.stringMatching(/^holds +ships +1,000 ships: 0 sunk; 3 storms \([\d.]+ s\)$/),
    ]);
  });

  it.each([
    ["above its bound", none("sunk", 1), /FALLS SHORT.*1 sunk \(must be at most 0\)/],
    ["below its bound", some("storms", 0), /FALLS SHORT.*0 storms \(must be at least 1\)/],
    ["no number", none("sunk", Number.NaN), /FALLS SHORT.*NaN sunk/],
  ])("says that it falls short when a figure is %s, and why", async (_title, figure, expected) => {
    const { lines, results } = await run([
      proof(async () => ({ tried: "ships", figures: [none("lost", 0), figure], notes: ["the Anna sank"] })),
    ]);
    expect(results[0]?.holds).toBe(false);
    expect(lines[0]).toMatch(expected);
    expect(lines[0]).toContain("the Anna sank");
  });

  it("says that it falls short when it finds nothing, or cannot be run", async () => {
    const { results } = await run([
      proof(async () => ({ tried: "nothing", figures: [] })),
      proof(() => Promise.reject(new Error("no sea"))),
    ]);
    expect(results.map(({ holds }) => holds)).toEqual([false, false]);
    expect(results[1]?.notes[0]).toContain("no sea");
  });
});

describe("the program", () => {
  const prove = (...args: string[]) => {
    const built = spawnSync("node_modules/.bin/tsc", ["-b", "apps/prove"], { cwd: root, encoding: "utf8" });
    if (built.status !== 0) throw new Error(built.stdout);
    return spawnSync(process.execPath, ["apps/prove/dist/main.js", ...args], { cwd: root, encoding: "utf8" });
  };

  it("tells its usage when asked", () => {
    const { status, stdout } = prove("--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^usage: .* prove \[name…\][\s\S]*simulation/);
  });

  it.each([
    ["name", "simulatoin", "no proof is called simulatoin"],
    ["option", "--fast", "--fast"],
  ])("tells its usage for a %s that it does not know", (_title, arg, why) => {
    const { status, stderr } = prove(arg);
    expect(status).toBe(2);
    expect(stderr).toContain(why);
    expect(stderr).toMatch(/usage: .* prove \[name…\][\s\S]*simulation/);
  });
});
