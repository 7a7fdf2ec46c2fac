import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { format, generate, type Library, printClient, printContract, printValidators } from "../src/index.js";
import { clientsIn, compileClients, compilers } from "./compile-clients.js";

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

describe("every generated client and validator compiles with every strict flag", () => {
  test.each(Object.keys(compilers) as (keyof typeof compilers)[])(
    "under TypeScript %s",
    async (version) => {
      const clients = cases
        .map((name) => join(fixtures, name, "expected.client.ts"))
        .filter((path) => existsSync(path));
      expect(clients.length).toBeGreaterThan(25);
      const wrong = join(modulesFolder(), "wrong.ts");
      writeFileSync(
        wrong,
        "export const half: string | undefined = [''][0]; export const text: string = half;\n",
      );
      const said = compileClients(version, [...clients, ...(await splitClients()), ...validators(), wrong]);
      // The wrong one shows that the compiler ran, and with which flags.
      expect(said).toEqual([expect.stringMatching(/wrong\.ts\(1,\d+\): error TS2322/)]);
      // Three compilers read some hundred files each.
    },
    120_000,
  );
});

/** The clients of all fixtures once more, a file for each service. */
async function splitClients(): Promise<string[]> {
  const folder = modulesFolder();
  const all = await Promise.all(
    cases.map(async (name) => {
      const client = join(folder, name);
      await generate({ tsconfig: join(fixtures, name, "tsconfig.json"), library, client, split: true });
      return existsSync(client) ? clientsIn(client) : [];
    }),
  );
  return all.flat();
}

/** The validators of all fixtures. */
function validators(): string[] {
  const folder = modulesFolder();
  return cases
    .filter((name) => existsSync(join(fixtures, name, "expected.contract.json")))
    .map((name) => {
      const contract = JSON.parse(readFileSync(join(fixtures, name, "expected.contract.json"), "utf8"));
      const path = join(folder, `${name}.ts`);
      writeFileSync(path, printValidators(contract));
      return path;
    });
}

/** A folder whose files are modules, gone after the test. */
function modulesFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rpc-modules-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  return folder;
}
