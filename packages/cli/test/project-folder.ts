import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { main, type Terminal } from "../src/index.js";

const core = fileURLToPath(new URL("../../core/src/index.ts", import.meta.url));

/** A service with one method. */
export const service = `import { expose, service } from "@rpc/core";

@service("Person")
export class Person {
  @expose()
  name(): string {
    return "Joe";
  }
}
`;

/** Runs the command in a fresh folder with a project in it. */
export function createFolder(config?: string) {
  const cwd = mkdtempSync(join(tmpdir(), "rpc-cli-"));
  onTestFinished(() => rmSync(cwd, { recursive: true }));
  const write = (file: string, text: string) => writeFileSync(join(cwd, file), text);
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2023"],
    module: "NodeNext",
    types: [],
    paths: { "@rpc/core": [core] },
  };
  write("package.json", '{ "name": "people", "type": "module" }');
  write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["person.ts"] }));
  write("person.ts", service);
  if (config !== undefined) write("rpc.config.json", config);
  const run = (...args: string[]) => runWith({}, ...args);
  const runWith = async (terminal: Partial<Terminal>, ...args: string[]) => {
    let [out, err] = ["", ""];
    const exitCode = await main(args, {
      cwd,
      color: false,
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      ...terminal,
    });
    return { exitCode, out, err };
  };
  return {
    cwd,
    run,
    runWith,
    write,
    read: (file: string) => readFileSync(join(cwd, file), "utf8"),
    exists: (file: string) => existsSync(join(cwd, file)),
    path: (file: string) => join(cwd, file),
  };
}
