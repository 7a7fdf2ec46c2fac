import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const python = "/usr/bin/python3";
const available = spawnSync(python, ["-c", "import zmq, msgpack"]).status === 0;
const missing = `${python} with zmq and msgpack (apt-get install python3-zmq python3-msgpack)`;

/** Tests against real Python peers: in CI they fail without Python, at a desk they are skipped by name. */
export function describeWithPython(name: string, tests: () => void): void {
  if (available) describe(name, tests);
  else if (process.env["CI"]) it(`${name}: needs ${missing}`, () => expect(missing).toBe("installed"));
  else describe.skip(`${name}: SKIPPED, needs ${missing}`, tests);
}

/** Runs a script of `peers/`; resolves to the values it printed. Rejects when it fails. */
export function runPeer(
  script: string,
  args: readonly string[],
  heard: () => void = () => {},
): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, [fileURLToPath(new URL(`peers/${script}`, import.meta.url)), ...args]);
    const values: unknown[] = [];
    const errors: string[] = [];
    createInterface(child.stdout).on("line", (line) => {
      values.push(JSON.parse(line));
      heard();
    });
    child.stderr.on("data", (text: Buffer) => errors.push(text.toString()));
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(values);
      else reject(new Error(`${script} ended with ${code}: ${errors.join("")}`));
    });
  });
}
