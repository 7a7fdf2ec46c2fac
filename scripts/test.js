/** Everything that must hold, in the order that tells soonest: `npx pnpm@12 test`. Ends with the true count. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const report = join(mkdtempSync(join(tmpdir(), "rpc-test-")), "vitest.json");

/** Checks that are one pass or fail each. */
const checks = [
  ["format and lint", "biome ci --error-on-warnings ."],
  ["build", "turbo run build --output-logs=errors-only"],
  ["types of tests", "tsc -b tsconfig.tests.json"],
  ["generated files are up to date", "node ../../packages/cli/dist/bin.js generate --check", "apps/demo"],
  ["the desk's generated files too", "node ../../packages/cli/dist/bin.js generate --check", "apps/desk"],
  ["code blocks of the docs compile", "node scripts/check-docs.js"],
  ["packages are well formed", "node scripts/check-packages.js"],
  ["nothing is unused", "knip --no-progress"],
  ["the guarantees hold under faults", "node apps/prove/dist/main.js"],
];

let passed = 0;
let failed = 0;

for (const [title, command, folder] of checks) {
  console.log(`\n── ${title}`);
  count(run(command, folder));
}

console.log("\n── tests");
const ok = run(`vitest run --reporter=default --reporter=json --outputFile.json=${report}`);
const results = readResults();
passed += results.passed;
failed += results.failed;
// Errors outside any test, such as an unhandled rejection, fail the run without failing a test.
if (!ok && results.failed === 0) failed += 1;
rmSync(join(report, ".."), { recursive: true });

console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function run(command, folder = ".") {
  const path = `${join(process.cwd(), "node_modules/.bin")}:${process.env.PATH}`;
  const { status } = spawnSync(command, {
    shell: true,
    stdio: "inherit",
    cwd: folder,
    env: { ...process.env, PATH: path },
  });
  return status === 0;
}

function count(good) {
  if (good) passed += 1;
  else failed += 1;
}

function readResults() {
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, "utf8"));
    // A file that cannot even be loaded is a failed suite without a failed test.
    return { passed: numPassedTests, failed: Math.max(numFailedTests, numFailedTestSuites > 0 ? 1 : 0) };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
