import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { defaultLimits, type Limits } from "../src/limits.js";
import { toPeerLimits } from "../src/session/handshake.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const rows = readFileSync(`${root}docs/limits.md`, "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split("|").map((cell) => cell.trim()));

const tests = new Set(
  readdirSync(`${root}packages`, { recursive: true, withFileTypes: true })
    .filter(({ name, parentPath }) => name.endsWith(".test.ts") && !parentPath.includes("node_modules"))
    .map(({ name }) => name.slice(0, -".test.ts".length)),
);

/** Names in backticks. */
function namesIn(cell = ""): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
}

/** A default as the page writes it. */
function written(name: keyof Limits): string {
  const value = defaultLimits[name];
  if (name.endsWith("Bytes"))
    return value % 2 ** 20 === 0 ? `${value / 2 ** 20} MiB` : `${value / 2 ** 10} KiB`;
  return value.toLocaleString("en");
}

describe("docs/limits.md", () => {
  it("names every limit, with its default", () => {
    expect(rows.flatMap(([, limits]) => namesIn(limits)).sort()).toEqual(Object.keys(defaultLimits).sort());
    for (const [, limits, value] of rows)
      for (const name of namesIn(limits))
        expect(`${name}: ${value}`).toContain(written(name as keyof Limits));
  });

  it("says which are told to the peer", () => {
    const told = rows.filter(([, , , , , cell]) => cell === "yes").flatMap(([, limits]) => namesIn(limits));
    expect(told.sort()).toEqual(Object.keys(toPeerLimits(defaultLimits)).sort());
  });

  it("and docs/security.md name only tests that there are", () => {
    const security = readFileSync(`${root}docs/security.md`, "utf8").split("## Fuzzing")[0]!;
    const named = [...rows, ...security.split("\n").map((line) => line.split("|"))].flatMap((row) =>
      namesIn(row.at(-2)),
    );
    const checked = named.filter((name) => /^[a-z-]+$/.test(name) && !name.startsWith("prove"));
    expect(checked.length).toBeGreaterThan(40);
    expect(checked.filter((name) => !tests.has(name))).toEqual([]);
  });
});
