import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { format, generate, type Library, printContract } from "../src/index.js";

const folder = fileURLToPath(new URL("conformance", import.meta.url));
const options = fileURLToPath(new URL("fixtures/tsconfig.json", import.meta.url));
const programs = readdirSync(folder).filter((name) => name.endsWith(".ts"));
const update = process.env["UPDATE_FIXTURES"] === "1";
const library: Library = new Map();
let configs: string;

beforeAll(() => {
  configs = mkdtempSync(join(tmpdir(), "rpc-conformance-"));
});
afterAll(() => rmSync(configs, { recursive: true }));

test.each(programs)("%s has the contract beside it, byte for byte", async (name) => {
  const tsconfig = join(configs, `${name}.json`);
  writeFileSync(tsconfig, JSON.stringify({ extends: options, files: [join(folder, name)] }));
  const { contract, diagnostics } = await generate({ tsconfig, library });
  expect(
    format(
      diagnostics.filter(({ severity }) => severity === "error"),
      { root: folder },
    ),
  ).toBe("");
  const text = printContract(contract!);
  const expected = join(folder, name.replace(/\.ts$/, ".contract.json"));
  if (update) writeFileSync(expected, text);
  expect(text).toBe(readFileSync(expected, "utf8"));
});

test("the corpus has at least sixty programs", () => {
  expect(programs.length).toBeGreaterThanOrEqual(60);
});
