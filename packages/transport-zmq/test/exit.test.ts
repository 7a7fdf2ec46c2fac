import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
// Inside node_modules, so that the built file finds its packages and nothing that is committed changes.
const built = path(`../node_modules/.exit-test-${process.pid}`);

/** A process may take this long to go after its last word: a close's second, and room for a busy machine. */
const longestExitMs = 5_000;

describe("a process", () => {
  beforeAll(async () => {
    await build({
      configFile: false,
      logLevel: "error",
      root: path(".."),
      resolve: {
        alias: [
          { find: /^@rpc\/core\/(\w+)$/, replacement: path("../../core/src/$1.ts") },
          { find: "@rpc/transport-zmq", replacement: path("../src/index.ts") },
        ],
      },
      build: { ssr: path("children/exit.ts"), outDir: built, target: "node20" },
    });
  });
  afterAll(() => rm(built, { recursive: true, force: true }));

  it.each([
    ["ends by itself when everything is closed", "closeEverything", 0],
    ["ends by itself after a connect that was refused", "beRefused", 0],
    ["exits with packets waiting and nothing closed", "exitWithoutClose", 0],
    ["exits in the middle of a close", "exitWhileClosing", 0],
    ["dies of an error with nothing closed", "throwWithoutClose", 1],
  ])("%s", async (_title, way, code) => {
    const { exitCode, tookMs } = await run(way);
    expect(exitCode).toBe(code);
    expect(tookMs).toBeLessThan(longestExitMs);
  });
});

async function run(way: string): Promise<{ exitCode: number | null; tookMs: number }> {
  const child = spawn(process.execPath, [`${built}/exit.js`, way], { stdio: ["ignore", "pipe", "pipe"] });
  const errors: string[] = [];
  child.stderr.on("data", (text: Buffer) => errors.push(text.toString()));
  let doneAt: number | undefined;
  child.stdout.once("data", () => {
    doneAt = performance.now();
  });
  const hung = setTimeout(() => child.kill("SIGKILL"), 20_000);
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearTimeout(hung);
  if (doneAt === undefined) throw new Error(`${way} ended with ${exitCode}: ${errors.join("")}`);
  return { exitCode, tookMs: performance.now() - doneAt };
}
