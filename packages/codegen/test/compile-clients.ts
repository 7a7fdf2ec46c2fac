import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The compilers that generated clients are promised to be clean under, by the folder each is installed in. */
export const compilers = { "5.9": "typescript59", "6.0": "typescript", "7.0": "typescript70" } as const;

const everyStrictFlag = {
  target: "ES2022",
  lib: ["ES2023", "DOM", "ESNext.Disposable"],
  module: "NodeNext",
  types: [],
  noEmit: true,
  strict: true,
  declaration: true,
  allowUnreachableCode: false,
  allowUnusedLabels: false,
  erasableSyntaxOnly: true,
  exactOptionalPropertyTypes: true,
  isolatedDeclarations: true,
  isolatedModules: true,
  noFallthroughCasesInSwitch: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noPropertyAccessFromIndexSignature: true,
  noUncheckedIndexedAccess: true,
  noUncheckedSideEffectImports: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
};

/** What a compiler says about generated clients, with every strict flag. Empty is good. Core's own sources, and what they import, do not count. */
export function compileClients(version: keyof typeof compilers, files: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "rpc-clients-"));
  try {
    const paths = { "@rpc/core/*": [path("../../core/src/*.ts")] };
    const typeRoots = [path("../../../node_modules/@types")];
    const config = { compilerOptions: { ...everyStrictFlag, paths, typeRoots }, files };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const tsc = path(`../node_modules/${compilers[version]}/bin/tsc`);
    const { stdout, stderr } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
      encoding: "utf8",
    });
    const found = `${stdout}${stderr}`.split("\n").filter((line) => / error |error TS\d+:/.test(line));
    return found.filter((line) => !/core\/src\/|node_modules\//.test(line));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The clients among the files of a folder. */
export function clientsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}
