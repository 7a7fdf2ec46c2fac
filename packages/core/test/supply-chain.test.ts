import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, "utf8");

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

const manifests = readdirSync(`${root}packages`).map(
  (name) => [name, JSON.parse(read(`packages/${name}/package.json`)) as Manifest] as const,
);

describe("what is installed with the packages", () => {
  it("brings no native code into core", async () => {
    const { metafile } = await build({
      entryPoints: ["index", "transport", "testing/index"].map(
        (entry) => `${root}packages/core/src/${entry}.ts`,
      ),
      bundle: true,
      write: false,
      metafile: true,
      outdir: "unused",
      platform: "node",
      format: "esm",
      absWorkingDir: root,
      // A native addon would be an input that esbuild cannot load, or a loader of one.
      loader: { ".node": "empty" },
    });
    const foreign = Object.keys(metafile.inputs).filter((path) => path.includes("node_modules"));
    const packages = new Set(
      foreign.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(path)![1]),
    );
    expect([...packages].sort()).toEqual(["msgpackr", "reflect-metadata"]);
    expect(foreign.filter((path) => path.endsWith(".node") || /node-index|extract|gyp/.test(path))).toEqual(
      [],
    );
  });

  it("is pinned to one version each", () => {
    for (const [name, { dependencies = {} }] of manifests)
      for (const [dependency, version] of Object.entries(dependencies))
        expect(`${name} → ${dependency}@${version}`).toMatch(/@(workspace:.*|[~]?\d+\.\d+\.\d+)$/);
  });

  it("has a hash in the lockfile", () => {
    const resolutions = read("pnpm-lock.yaml").match(/^ {4}resolution: .*$/gm) ?? [];
    expect(resolutions.length).toBeGreaterThan(50);
    expect(resolutions.filter((line) => !line.includes("integrity: sha512-"))).toEqual([]);
  });

  it("runs no script when it is installed", () => {
    const allowed = /^allowBuilds:\n((?: {2}.*\n?)+)/m.exec(read("pnpm-workspace.yaml"))![1]!;
    for (const line of allowed.trimEnd().split("\n")) expect(line).toMatch(/: false$/);
    for (const [, { scripts = {} }] of manifests)
      expect(Object.keys(scripts).filter((script) => /install|prepare/.test(script))).toEqual([]);
  });
});
