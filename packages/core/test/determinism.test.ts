import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));
// A lint rule holds the globals that have no other use; these have: `new Date(ms)` is a value like any other.
const ambient =
  /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bglobalThis\.(?:process|performance|crypto|set)/;

it("takes time and randomness from what it is handed, outside clock.ts", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".ts"),
  );
  const ruled = files.filter((path) => path !== "clock.ts" && !path.startsWith("testing"));
  expect(ruled.length).toBeGreaterThan(40);
  const offences = ruled.flatMap((path) =>
    readFileSync(join(source, path), "utf8")
      .split("\n")
      .flatMap((line, index) => (ambient.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
  expect(offences).toEqual([]);
});
