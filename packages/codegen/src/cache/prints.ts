import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// What package managers write when an installed package may have become another.
const installed = [
  ...["pnpm-lock.yaml", "package-lock.json", "yarn.lock", "bun.lock", "bun.lockb"],
  ...["node_modules/.package-lock.json", "node_modules/.modules.yaml", "node_modules/.yarn-state.yml"],
];

/** What the contents of each file are told by. */
export function takePrints(paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [path, printOf(path)]));
}

/** Whether every file is as it was when its print was taken. */
export function samePrints(prints: Readonly<Record<string, string>>): boolean {
  return Object.entries(prints).every(([path, print]) => printOf(path) === print);
}

/** Whether a file was written at or after a time; false when it is not there. */
export function changedSince(path: string, time: number): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= time;
}

/** Files that tell which packages are installed, and what the project's own is called: here and in all folders above. */
export function landmarks(tsconfig: string): string[] {
  const found: string[] = [];
  for (let folder = dirname(tsconfig); ; folder = dirname(folder)) {
    found.push(...["package.json", ...installed].map((name) => join(folder, name)));
    if (dirname(folder) === folder) return found;
  }
}

/** The source files below a folder, by name: one more or one less may be one more or one less service. */
export function folderPrint(folder: string): string {
  const names: string[] = [];
  const visit = (path: string, prefix: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const name = `${prefix}${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== "node_modules" && !entry.name.startsWith("."))
          visit(join(path, entry.name), `${name}/`);
      } else if (/\.[cm]?[jt]sx?$/.test(entry.name)) names.push(name);
    }
  };
  try {
    visit(folder, "");
  } catch {
    return "absent";
  }
  return hash(names.sort().join("\n"));
}

/** What this very codegen and its compiler are told by: another version may write other files. */
export function makerPrint(): string {
  const folder = fileURLToPath(new URL("..", import.meta.url));
  const own = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.[jt]s$/.test(name))
    .map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`);
  const compiler = createRequire(import.meta.url).resolve("typescript/package.json");
  const { version } = JSON.parse(readFileSync(compiler, "utf8")) as { version: string };
  return hash([version, ...own.sort()].join("\n"));
}

// Packages do not change where they lie, so their time and size will do; the user's own files are read.
function printOf(path: string): string {
  try {
    if (!path.includes("/node_modules/")) return hash(readFileSync(path));
    const { mtimeMs, size } = statSync(path);
    return `${mtimeMs} ${size}`;
  } catch {
    return "absent";
  }
}

function hash(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("base64url");
}
