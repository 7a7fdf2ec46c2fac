/**
 * Joins what tsc wrote into a few files for Node, `dist/node`, which the condition `node` of this package's exports leads to.
 *
 * Node takes about half a millisecond for each file that it imports, and there are two hundred: that was most of the time
 * to start. The two packages that core depends on are joined in as well: to find and load them took longer than all of core.
 * Bundlers for browsers get the single files, of which they leave out what a page does not use.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = import.meta.dirname;
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const entries = Object.values(exports).flatMap(({ default: path }) => path ?? []);
const outdir = join(root, "dist/node");

// The names of shared files hold a hash: those of the last build would stay for ever.
rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: entries,
  outbase: join(root, "dist"),
  outdir,
  bundle: true,
  // One copy of what several entries share, or an RpcError of one would be none of the other's.
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  // Its entry for Node brings what writes, too.
  alias: { "msgpackr/unpack": join(root, "node_modules/msgpackr/unpack.js") },
  sourcemap: true,
  sourcesContent: false,
  logLevel: "warning",
});

const licenses = ["msgpackr", "reflect-metadata"].map(
  (name) => `${name}\n\n${readFileSync(join(root, "node_modules", name, "LICENSE"), "utf8")}`,
);
writeFileSync(join(outdir, "LICENSES.txt"), licenses.join("\n\n"));
