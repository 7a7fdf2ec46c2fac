import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testTransport } from "@rpc/core/testing";
import { platformLacks } from "@rpc/transport-ws/browser";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { PlatformHost } from "./platforms/platform-host.js";

/** A real platform with a WebSocket of its own. */
interface Platform {
  readonly name: string;
  readonly program: string;
  /** How to get it, for whoever reads that it is missing. */
  readonly remedy: string;
  readonly conditions: readonly string[];
  /** Starts the suite there; returns what ends it. */
  start(program: string, host: PlatformHost): Promise<() => Promise<void>>;
}

const fetched = "run .ci/peers, which fetches it from npm";

const platforms: readonly Platform[] = [
  {
    name: "Chromium",
    program: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    remedy: "apt-get install chromium, or name one as CHROMIUM",
    conditions: [],
    start: startChromium,
  },
  {
    name: "Bun",
    program: process.env["BUN"] ?? "bun",
    remedy: `${fetched}, or name one as BUN`,
    conditions: ["bun"],
    start: (program, host) => startProgram(program, [], host),
  },
  {
    name: "Deno",
    program: process.env["DENO"] ?? "deno",
    remedy: `${fetched}, or name one as DENO`,
    conditions: ["deno"],
    start: (program, host) => startProgram(program, ["run", "--allow-all", "--no-check"], host),
  },
];

for (const platform of platforms) {
  const { name, program, remedy } = platform;
  const available = spawnSync(program, ["--version"]).status === 0;
  const missing = `${program} (${remedy})`;
  if (available) describe(name, () => testPlatform(platform));
  else if (process.env["CI"]) it(`${name}: needs ${missing}`, () => expect(missing).toBe("there"));
  else describe.skip(`${name}: SKIPPED, needs ${missing}`, () => testPlatform(platform));
}

function testPlatform({ name, program, conditions, start }: Platform): void {
  let host: PlatformHost;
  let stop: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    host = await PlatformHost.open(conditions);
    stop = await start(program, host);
    await host.ready;
  });
  afterAll(async () => {
    await stop?.();
    await host.close();
  });
  // The same titles as there; what a title stands for runs there.
  const add = (title: string) => void test(`${name}${title}`, () => host.run(title));
  testTransport({
    name: "",
    test: Object.assign(add, { skip: () => {} }),
    lacks: platformLacks,
    create: () => Promise.reject(new Error("runs elsewhere")),
  });
}

async function startChromium(executablePath: string, host: PlatformHost): Promise<() => Promise<void>> {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(error));
  await page.goto(host.page);
  return () => browser.close();
}

async function startProgram(
  program: string,
  args: readonly string[],
  host: PlatformHost,
): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "rpc-platform-"));
  const script = join(folder, "suite.mjs");
  writeFileSync(script, host.script);
  const child: ChildProcess = spawn(program, [...args, script, host.control], {
    stdio: "inherit",
  });
  return async () => {
    const ended = once(child, "exit");
    child.kill();
    await ended;
    rmSync(folder, { recursive: true });
  };
}
