/**
 * Builds a workspace package and what it needs, then runs one of its programs with the arguments that follow:
 * `node scripts/built.js @rpc/demo apps/demo/dist/main.js zmq`. A build that goes well says nothing.
 */
import { spawn, spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const [name, program, ...args] = process.argv.slice(2);

const turbo = join(root, "node_modules/.bin/turbo");
const build = spawnSync(turbo, ["run", "build", `--filter=${name}...`, "--output-logs=errors-only"], {
  cwd: root,
  encoding: "utf8",
  shell: process.platform === "win32",
});
if (build.status !== 0) {
  console.error(`${build.stdout}${build.stderr}\nthe build of ${name} failed, see above`);
  process.exit(1);
}

const child = spawn(process.execPath, [join(root, program), ...args], { stdio: "inherit" });
// Ctrl-C reaches the program too, as a member of the group: it ends in order, and this process after it.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === null ? 1 : 128);
});
