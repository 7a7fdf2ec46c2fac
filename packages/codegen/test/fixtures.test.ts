import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { format, generate, type Library, printClient, printContract } from "../src/index.js";
import { compileClients } from "./compile-clients.js";

const fixtures = fileURLToPath(new URL("fixtures", import.meta.url));
const cases = readdirSync(fixtures).filter((name) => existsSync(join(fixtures, name, "service.ts")));
const update = process.env["UPDATE_FIXTURES"] === "1";
const library: Library = new Map();

/** Compares with the file beside the service; absent stands for no such output. UPDATE_FIXTURES=1 writes it instead. */
function expectFile(name: string, file: string, text: string | undefined): void {
  const path = join(fixtures, name, file);
  if (update) text ? writeFileSync(path, text) : rmSync(path, { force: true });
  expect(text ?? "").toBe(existsSync(path) ? readFileSync(path, "utf8") : "");
}

describe("each case gives its contract, its client and its findings", () => {
  test.each(cases)("%s", async (name) => {
    const folder = join(fixtures, name);
    const { contract, diagnostics } = await generate({ tsconfig: join(folder, "tsconfig.json"), library });
    expectFile(name, "expected.txt", format(diagnostics, { root: folder }));
    expectFile(name, "expected.contract.json", contract && printContract(contract));
    expectFile(name, "expected.client.ts", contract && printClient(contract));
  });
});

test("every number has a case that shows it", () => {
  const shown = cases
    .map((name) => join(fixtures, name, "expected.txt"))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, "utf8"))
    .join("");
  const numbers = readFileSync(new URL("../src/codes.ts", import.meta.url), "utf8").match(/RPC\d{4}/g) ?? [];
  // A project that cannot be read is no folder of sources; see generate.test.ts.
  expect(numbers.filter((number) => number !== "RPC1000" && !shown.includes(number))).toEqual([]);
});

test("every generated client compiles with every strict flag", () => {
  const clients = cases
    .map((name) => join(fixtures, name, "expected.client.ts"))
    .filter((path) => existsSync(path));
  expect(clients.length).toBeGreaterThan(20);
  expect(compileClients(clients)).toEqual([]);
});
