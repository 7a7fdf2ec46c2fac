/**
 * Writes what a run found into README.md, docs/performance.md and docs/performance.svg: `npx pnpm@12 bench:show`. It reads
 * docs/performance.json, which `npx pnpm@12 bench --peers all --json docs/performance.json` writes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fillIn } from "./pages.js";
import { plot } from "./plot.js";
import type { Report } from "./report.js";

const root = new URL("../../../", import.meta.url);
const at = (path: string) => fileURLToPath(new URL(path, root));

const report = JSON.parse(readFileSync(at("docs/performance.json"), "utf8")) as Report;
for (const page of ["README.md", "docs/performance.md"]) {
  writeFileSync(at(page), fillIn(readFileSync(at(page), "utf8"), report));
}
writeFileSync(at("docs/performance.svg"), plot(report, ["unary-1", "unary-100", "stream", "fan-out-8"]));
