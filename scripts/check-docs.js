/**
 * Compiles every ```ts block of the README files and of docs/, each as a module of its own, and runs the first of the
 * root README.
 *
 * A block that continues another names its file in the fence, ```ts person.ts, and blocks of one page see each other.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const folder = join(root, "node_modules/.docs");
rmSync(folder, { recursive: true, force: true });

const packages = readdirSync(join(root, "packages"));
const pages = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  ...listMarkdown("docs"),
  ...packages.map((name) => `packages/${name}/README.md`),
];

let blocks = 0;
for (const page of pages) blocks += writeBlocks(page);
linkPackages();
writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig(), null, 2));
writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));

const tsc = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], { stdio: "inherit" });
console.log(`${blocks} code blocks compiled`);
process.exitCode = tsc.status === 0 ? runFirst() : 1;

function listMarkdown(path) {
  return readdirSync(join(root, path), { recursive: true })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(path, name));
}

function writeBlocks(page) {
  const text = readPage(page);
  const target = join(folder, page.replaceAll("/", "__").replace(".md", ""));
  let count = 0;
  for (const [, name, code] of text.matchAll(/^```ts(?: (\S+))?\n([\s\S]*?)^```$/gm)) {
    count += 1;
    const file = join(target, name ?? `block-${count}.ts`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${code}\nexport {};\n`);
  }
  return count;
}

function readPage(page) {
  try {
    return readFileSync(join(root, page), "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return "";
    throw error;
  }
}

function tsconfig() {
  return {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      composite: false,
      rootDir: folder,
      outDir: join(folder, "out"),
      declaration: false,
      declarationMap: false,
      sourceMap: false,
      noUnusedLocals: false,
      experimentalDecorators: true,
      types: ["node"],
      lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.AsyncIterable"],
      paths: Object.fromEntries(
        packages.map((name) => [`@rpc/${name}`, [join(root, `packages/${name}/dist/index.d.ts`)]]),
      ),
    },
    include: ["**/*.ts"],
  };
}

// What a block imports is found at run time as a user's would be.
function linkPackages() {
  mkdirSync(join(folder, "node_modules/@rpc"), { recursive: true });
  for (const name of packages) {
    const link = join(folder, "node_modules/@rpc", name);
    spawnSync("ln", ["-sfn", join(root, "packages", name), link]);
  }
}

function runFirst() {
  const { status } = spawnSync(process.execPath, [join(folder, "out/README/block-1.js")], {
    stdio: "inherit",
    timeout: 20_000,
  });
  console.log(status === 0 ? "the README's first example runs" : "the README's first example fails");
  return status === 0 ? 0 : 1;
}
