import { spawnSync } from "node:child_process";
import { type Browser, chromium } from "playwright-core";
import { describe, expect, it } from "vitest";

const program = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const available = spawnSync(program, ["--version"]).status === 0;
const missing = `${program} (apt-get install chromium, or name one as CHROMIUM)`;

/** Tests in a real browser: in CI they fail without one, at a desk they are skipped by name. */
export function describeWithChromium(name: string, tests: () => void): void {
  if (available) describe(name, tests);
  else if (process.env["CI"]) it(`${name}: needs ${missing}`, () => expect(missing).toBe("there"));
  else describe.skip(`${name}: SKIPPED, needs ${missing}`, tests);
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: program, args: ["--no-sandbox"] });
}
