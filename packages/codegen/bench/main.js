// What generating costs beside checking the same sources with tsc, in CPU time of whole processes.
// Usage: node packages/codegen/bench/main.js [services …]; build first: tsc -b packages/cli
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measureBreaking, measureWatch } from "./later.js";
import { writeProject } from "./project.js";
import { measureValidators } from "./validators.js";

const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
const rpc = fileURLToPath(new URL("../../cli/dist/bin.js", import.meta.url));
const targets = { 10: 1.3, 100: 0.8, 1000: 0.7 };
const sizes = process.argv.slice(2).map(Number);

/** Runs a program to its end; its CPU and wall time in seconds, the best of several runs. */
function measure(args, cwd, runs) {
  const results = Array.from({ length: runs }, () => {
    const started = performance.now();
    const { status, stdout, stderr } = spawnSync(
      "/bin/sh",
      ["-c", '"$@"; code=$?; times; exit $code', "sh", process.execPath, ...args],
      {
        cwd,
        encoding: "utf8",
      },
    );
    const wall = (performance.now() - started) / 1000;
    if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stdout}${stderr}`);
    // The last line of `times` is what children used: "0m1.23s 0m0.10s".
    const [user, system] = stdout.trim().split("\n").at(-1).split(" ").map(seconds);
    return { cpu: user + system, wall, stdout };
  });
  return results.reduce((best, each) => (each.cpu < best.cpu ? each : best));
}

function seconds(text) {
  const [, minutes, rest] = /^(\d+)m([\d.]+)s$/.exec(text);
  return Number(minutes) * 60 + Number(rest);
}

/** Type instantiations that checking the generated clients takes, for each method. */
function instantiationsPerMethod(folder, services) {
  const config = { extends: "./tsconfig.json", include: [], files: ["generated/client.ts", "none.ts"] };
  writeFileSync(join(folder, "none.ts"), "");
  writeFileSync(join(folder, "tsconfig.client.json"), JSON.stringify(config));
  writeFileSync(join(folder, "tsconfig.none.json"), JSON.stringify({ ...config, files: ["none.ts"] }));
  const count = (project) => {
    const { stdout } = measure([tsc, "-p", project, "--extendedDiagnostics"], folder, 1);
    return Number(/Instantiations:\s+(\d+)/.exec(stdout)[1]);
  };
  return (count("tsconfig.client.json") - count("tsconfig.none.json")) / (services * 5);
}

const show = (label, value, target, note) => {
  const verdict = target === undefined ? "" : value <= target ? `  (target ${target})` : `  MISSES ${target}`;
  console.log(`  ${label.padEnd(34)} ${value.toFixed(2)}${verdict}${note === undefined ? "" : `  ${note}`}`);
};

for (const services of sizes.length > 0 ? sizes : [10, 100, 1000]) {
  const folder = mkdtempSync(join(tmpdir(), "rpc-bench-"));
  const runs = services > 100 ? 1 : 3;
  try {
    writeProject(folder, services);
    const generate = [rpc, "generate", "--client", "generated/client.ts", "--contract", "contract.json"];
    const check = measure([tsc, "--noEmit", "-p", "tsconfig.json"], folder, runs);
    const cold = measure([...generate, "--no-cache"], folder, runs);
    measure(generate, folder, 1);
    const cached = measure(generate, folder, 3);
    console.log(`${services} services`);
    show("tsc --noEmit, CPU s", check.cpu);
    show("generate, CPU s", cold.cpu);
    show("ratio", cold.cpu / check.cpu, targets[services]);
    show("nothing changed, wall s", cached.wall, 0.25);
    show("client, instantiations per method", instantiationsPerMethod(folder, services), 1);
    const edit = await measureWatch(folder);
    show(
      "watch, one edit, CPU ms",
      edit.cpu,
      { 100: 120, 1000: 350 }[services],
      `${edit.wall.toFixed(0)} ms by the clock`,
    );
    const methods = services * 5;
    const perThousand = (changed) => measureBreaking(folder, changed) / (methods / 1000);
    const few = methods < 500 ? undefined : 100;
    show("breaking, one type, CPU ms / 1,000", perThousand("Order3"), few);
    show("breaking, a type each, CPU ms / 1,000", perThousand(""), few);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
console.log("validators");
await measureValidators(show);
