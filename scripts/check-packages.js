/** Packs every package that is published and looks at the tarball: publint for its fields, attw for its types. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const bin = join(root, "node_modules/.bin");
const tarballs = mkdtempSync(join(tmpdir(), "rpc-packages-"));

let failed = 0;
for (const name of readdirSync(join(root, "packages"))) {
  const folder = join(root, "packages", name);
  const packed = run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", tarballs], folder);
  const tarball = join(tarballs, packed.stdout.trim().split("\n").at(-1) ?? "");
  const lint = run(join(bin, "publint"), ["run", tarball, "--strict"], folder);
  const types = run(
    join(bin, "attw"),
    [tarball, "--profile", "esm-only", "--no-emoji", "--format", "ascii"],
    folder,
  );
  const good = [packed, lint, types].every(({ status }) => status === 0);
  console.log(`${good ? "fine" : "FAILED"}  ${name}`);
  if (good) continue;
  failed += 1;
  for (const { stdout, stderr } of [packed, lint, types]) console.log(stdout + stderr);
}
rmSync(tarballs, { recursive: true });
process.exitCode = failed === 0 ? 0 : 1;

function run(command, args, cwd) {
  return spawnSync(command, args, { cwd, encoding: "utf8" });
}
