// What is measured inside one process: a watch's next run, and the comparison of two contracts.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generate } from "@rpc/codegen";

const compared = fileURLToPath(new URL("../../core/dist/contract.js", import.meta.url));
const shortRun = fileURLToPath(new URL("../../cli/dist/short-run.js", import.meta.url));

/** Milliseconds of CPU and of the clock that a watch takes to be done after one edit: the median of several. */
export async function measureWatch(folder) {
  const options = {
    tsconfig: join(folder, "tsconfig.json"),
    client: join(folder, "generated/client.ts"),
    contract: join(folder, "contract.json"),
    memory: {},
  };
  const file = join(folder, "src/desk3/service.ts");
  const text = readFileSync(file, "utf8");
  const runs = [];
  await generate(options);
  for (let edit = 0; edit < 7; edit++) {
    writeFileSync(
      file,
      text.replace("urgent = false", `urgent${edit} = false`).replace("urgent ?", `urgent${edit} ?`),
    );
    const [cpu, started] = [process.cpuUsage(), performance.now()];
    const { ok, written } = await generate(options);
    if (!ok || written.length !== 2) throw new Error(`the edit was not seen: ${written}`);
    const { user, system } = process.cpuUsage(cpu);
    runs.push({ cpu: (user + system) / 1000, wall: performance.now() - started });
  }
  writeFileSync(file, text);
  const median = (name) => runs.map((run) => run[name]).sort((a, b) => a - b)[3];
  return { cpu: median("cpu"), wall: median("wall") };
}

/**
 * Milliseconds that comparing the contract of a folder with a changed one takes in a process that compares nothing else, set
 * up as that of `rpc breaking` is.
 * `changed` is what of a type's name tells that it has changed.
 */
export function measureBreaking(folder, changed) {
  const script = `
    (await import(${JSON.stringify(shortRun)})).expectShortRun();
    const { compareContracts } = await import(${JSON.stringify(compared)});
    const before = JSON.parse((await import("node:fs")).readFileSync("contract.json", "utf8"));
    const after = structuredClone(before);
    for (const [name, type] of Object.entries(after.types))
      if (name.startsWith("Order") && name.endsWith(${JSON.stringify(changed)})) type.properties.price.minimum = 1;
    const started = process.cpuUsage();
    const found = compareContracts(before, after);
    const { user, system } = process.cpuUsage(started);
    console.log(JSON.stringify({ ms: (user + system) / 1000, found: found.length }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: folder,
    encoding: "utf8",
  });
  if (stdout === "") throw new Error(stderr);
  const { ms, found } = JSON.parse(stdout);
  if (found === 0) throw new Error("no change was found");
  return ms;
}
