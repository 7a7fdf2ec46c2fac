import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, onTestFinished, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const bin = fileURLToPath(new URL("../dist/bin.js", import.meta.url));

// The command as it ships: what the tests of `main` cannot see is the shebang, the exports, and the exit of the process.
beforeAll(async () => {
  await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b", "packages/cli"], {
    cwd: root,
  });
}, 120_000);

test("runs as a program of its own", async () => {
  const { stdout } = await run(process.execPath, [bin, "--version"]);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("generates, and exits with what came of it", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "rpc-bin-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  const core = join(root, "packages/core/src/index.ts");
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2023"],
    module: "NodeNext",
    types: [],
    paths: { "@rpc/core": [core] },
  };
  writeFileSync(join(cwd, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["clock.ts"] }));
  writeFileSync(
    join(cwd, "clock.ts"),
    'import { expose, service } from "@rpc/core";\n@service("Clock") export class Clock { @expose() now(): Date { return new Date(0); } }\n',
  );
  const generate = [bin, "generate", "--client", "client.ts"];

  await expect(run(process.execPath, [...generate, "--check"], { cwd })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("  client.ts\n"),
  });
  expect((await run(process.execPath, generate, { cwd })).stdout).toBe("wrote client.ts\n");
  expect((await run(process.execPath, [...generate, "--check"], { cwd })).stdout).toBe(
    "everything is up to date\n",
  );
  await expect(run(process.execPath, [bin, "generate"], { cwd })).rejects.toMatchObject({ code: 2 });
});

test("takes a configuration in TypeScript, and loads no compiler when nothing has changed", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "rpc-bin-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  mkdirSync(join(cwd, "node_modules/@rpc"), { recursive: true });
  for (const name of ["cli", "core"])
    symlinkSync(join(root, "packages", name), join(cwd, "node_modules/@rpc", name));
  const files = {
    "package.json": '{ "name": "clocks", "type": "module" }',
    "tsconfig.json": JSON.stringify({
      compilerOptions: { target: "ES2022", lib: ["ES2023"], module: "NodeNext", types: [] },
      files: ["clock.ts"],
    }),
    "clock.ts":
      'import { expose, service } from "@rpc/core";\n@service("Clock") export class Clock { @expose() now(): Date { return new Date(0); } }\n',
    "rpc.config.ts":
      'import { defineConfig } from "@rpc/cli";\nexport default defineConfig({ contract: "contract.json" });\n',
    "modules.cjs":
      'process.on("exit", () => console.log(Object.keys(require.cache).some((path) => path.endsWith("typescript.js"))));\n',
  };
  for (const [file, text] of Object.entries(files)) {
    writeFileSync(join(cwd, file), text);
    utimesSync(join(cwd, file), new Date(0), new Date(0));
  }
  const generate = ["--require", join(cwd, "modules.cjs"), bin, "generate"];

  expect((await run(process.execPath, generate, { cwd })).stdout).toBe("wrote contract.json\ntrue\n");
  expect((await run(process.execPath, generate, { cwd })).stdout).toBe("nothing has changed\nfalse\n");
});
