import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const core = fileURLToPath(new URL("fixtures/core.ts", import.meta.url));

/** A folder with a project in it, gone after the test. */
export interface TemporaryProject {
  readonly root: string;
  readonly tsconfig: string;
  path(file: string): string;
  read(file: string): string;
  write(file: string, text: string): void;
}

/** Makes a project of these files; `order` is the order in which the tsconfig names them. */
export function temporaryProject(
  files: Readonly<Record<string, string>>,
  order: readonly string[] = Object.keys(files),
): TemporaryProject {
  const root = mkdtempSync(join(tmpdir(), "rpc-codegen-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const path = (file: string) => join(root, file);
  const write = (file: string, text: string) => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), text);
  };
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2023"],
    module: "NodeNext",
    types: [],
    experimentalDecorators: true,
    paths: { "@rpc/core": [core] },
  };
  write("package.json", JSON.stringify({ name: "shop", type: "module" }));
  write("tsconfig.json", JSON.stringify({ compilerOptions, files: order }));
  for (const [file, text] of Object.entries(files)) write(file, text);
  return {
    root,
    tsconfig: path("tsconfig.json"),
    path,
    read: (file) => readFileSync(path(file), "utf8"),
    write,
  };
}
